import type { RunRow } from "@/api/runs";

/** How the runs of one scenario went. */
export interface Figures {
  readonly scenarioId: string;
  readonly runs: number;
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly unfinished: number;
  /** Of those that ended by themselves, from 0 to 1; null when none did. */
  readonly rate: number | null;
  /** Milliseconds of those that ended by themselves; null when none did. */
  readonly median: number | null;
  readonly p95: number | null;
}

/** The scenarios of these runs, the one with most runs first. */
export function figures(runs: readonly RunRow[]): readonly Figures[] {
  const ids = [...new Set(runs.map((run) => run.scenario_id))];
  return ids
    .map((id) =>
      figuresOf(
        id,
        runs.filter((run) => run.scenario_id === id),
      ),
    )
    .toSorted((one, other) => other.runs - one.runs);
}

function figuresOf(scenarioId: string, runs: readonly RunRow[]): Figures {
  const count = (status: RunRow["status"]) => runs.filter((run) => run.status === status).length;
  const [success, failed, cancelled] = [count("success"), count("failed"), count("cancelled")];
  const took = runs
    .filter((run) => run.status === "success" || run.status === "failed")
    .map((run) => Date.parse(run.finished_at ?? "") - Date.parse(run.started_at))
    .filter(Number.isFinite)
    .toSorted((one, other) => one - other);
  return {
    scenarioId,
    runs: runs.length,
    success,
    failed,
    cancelled,
    unfinished: runs.length - success - failed - cancelled,
    rate: success + failed === 0 ? null : success / (success + failed),
    median: quantile(took, 0.5),
    p95: quantile(took, 0.95),
  };
}

/** The smallest of the sorted values that is not exceeded by this share of them. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null;
}

/** A share in whole percent; 100 % and 0 % only where nothing is missing, or nothing there. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "1 %";
  return `${share < 1 ? Math.min(Math.round(share * 100), 99) : 100} %`;
}
