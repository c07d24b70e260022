import type { BulkAction, BulkFailure } from "@/api/bulk";
import { ApiError } from "@/api/client";
import type { RunRow, RunStatus } from "@/api/runs";

/** What can be done with many runs, as it is said. */
export interface Verb {
  readonly action: BulkAction;
  readonly label: string;
  readonly done: string;
  /** For those who decide. */
  readonly means: string;
}

export const verbs: Readonly<Record<BulkAction, Verb>> = {
  cancel: {
    action: "cancel",
    label: "Cancel",
    done: "cancelled",
    means: "Their steps end, and their 'finally' is run.",
  },
  retry: {
    action: "retry",
    label: "Retry",
    done: "retried",
    means: "Each becomes a new run that goes on where the old one failed. What had ended well is not done again.",
  },
  resume: { action: "resume", label: "Push on", done: "pushed on", means: "A run that stands still looks again." },
  delete: {
    action: "delete",
    label: "Delete",
    done: "deleted",
    means: "They are removed with their events and with the runs that their steps began. That cannot be undone.",
  },
};

const ended: ReadonlySet<RunStatus> = new Set(["success", "failed", "cancelled"]);

/** Whether an action is for runs in this state, as the service decides it without a `status`. */
export function isFor(action: BulkAction, status: RunStatus): boolean {
  if (action === "retry") return status === "failed" || status === "cancelled";
  return ended.has(status) === (action === "delete");
}

/** Refusals that have the same code, most frequent first, with one sentence for all. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
  readonly runs: readonly string[];
}

export function byReason(failed: readonly BulkFailure[]): readonly Reason[] {
  return [...new Set(failed.map(({ code }) => code))]
    .map((code) => failed.filter((one) => one.code === code))
    .map((all) => ({
      code: all[0]?.code ?? "",
      detail: all[0]?.detail ?? "",
      runs: all.map(({ run_id }) => run_id),
    }))
    .toSorted((one, other) => other.runs.length - one.runs.length);
}

/** How many requests are under way at once, so that others of this page still get through. */
const AT_ONCE = 4;

/** The same with each of these runs; a refusal of one does not keep the others from being done. */
export async function withEach(runs: readonly RunRow[], act: (runId: string) => Promise<unknown>) {
  const done: string[] = [];
  const failed: BulkFailure[] = [];
  const left = runs.map((run) => run.run_id);
  const worker = async () => {
    for (let runId = left.shift(); runId !== undefined; runId = left.shift()) {
      try {
        await act(runId);
        done.push(runId);
      } catch (error) {
        failed.push(failure(runId, error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { done, failed };
}

function failure(run_id: string, error: unknown): BulkFailure {
  const detail = error instanceof Error ? error.message : String(error);
  return { run_id, code: error instanceof ApiError ? error.code : "unreachable", detail };
}
