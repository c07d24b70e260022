import type { HubTab } from "./hubTab";

/** All tabs of a hub, and what they want together. */
export class HubTabs extends Set<HubTab> {
  get anyVisible(): boolean {
    return [...this].some((tab) => tab.visible);
  }

  /** The lowest cursor of each run that a tab follows. */
  cursors(): Map<string, number> {
    const cursors = new Map<string, number>();
    for (const tab of this) {
      for (const [runId, { cursor }] of tab.follows) {
        cursors.set(runId, Math.min(cursor, cursors.get(runId) ?? cursor));
      }
    }
    return cursors;
  }

  /** The runs beyond so many: all but those that were asked for last. */
  beyond(limit: number): readonly string[] {
    const since = new Map<string, number>();
    for (const tab of this) {
      for (const [runId, follow] of tab.follows) since.set(runId, Math.max(follow.since, since.get(runId) ?? 0));
    }
    const oldestFirst = [...since].sort(([, a], [, b]) => a - b);
    return oldestFirst.slice(0, Math.max(0, since.size - limit)).map(([runId]) => runId);
  }

  /** Those that said nothing since `moment`. */
  silentSince(moment: number): readonly HubTab[] {
    return [...this].filter((tab) => tab.heard < moment);
  }
}
