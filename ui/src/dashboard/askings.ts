import type { Run } from "@/api/runs";

/** What a run asks a person. */
export interface Asking {
  readonly runId: string;
  readonly scenarioId: string;
  readonly stepPath: string;
  readonly question: string;
  /** Who may answer; nobody named means anybody. */
  readonly assignees: readonly string[];
  /** The tool that asks, when it is no approval. */
  readonly tool: string | null;
  readonly since: string;
  readonly until: string | null;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Of all that a run waits for, what a person can answer; times and other runs come by themselves. */
export function askings(run: Run): readonly Asking[] {
  return run.waits
    .filter(({ kind }) => kind === "approval" || kind === "elicitation")
    .map((wait) => ({
      runId: run.run_id,
      scenarioId: run.scenario_id,
      stepPath: text(wait.step_path),
      question: text(wait.message),
      assignees: Array.isArray(wait.assignees) ? wait.assignees.map(text) : [],
      tool: wait.kind === "elicitation" ? [text(wait.server), text(wait.tool)].filter(Boolean).join(" / ") : null,
      since: text(wait.since),
      until: text(wait.until) || null,
    }));
}

/** What ends first comes first, then what waits longest. */
export function byUrgency(one: Asking, other: Asking): number {
  const end = (asking: Asking) => (asking.until === null ? Number.POSITIVE_INFINITY : Date.parse(asking.until));
  return end(one) === end(other) ? Date.parse(one.since) - Date.parse(other.since) : end(one) - end(other);
}
