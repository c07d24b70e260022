import type { Schema } from "@/api/client";
import type { RunStatus, StepStatus } from "@/api/runs";

/**
 * What a run looks like while its events come: a fold over them, as `runs/state.py` does it. Fields that the API has too
 * are named as there.
 */

/** One attempt of a step; `delay` is the pause in seconds before the next one. */
export interface Attempt {
  readonly attempt: number;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly error: Schema<"ErrorDetail"> | null;
  readonly interrupted: boolean;
  readonly delay: number | null;
}

/** What a step waits, or waited, for; `waits_for` is the event's own object, with `kind` and its fields. */
export interface Wait {
  readonly seq: number;
  readonly since: string;
  readonly until: string | null;
  readonly ended_at: string | null;
  readonly waits_for: Readonly<Record<string, unknown>> & { readonly kind: string };
}

/** One execution of a step. Never changed: the next event makes another one. */
export interface StepView {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly index: number;
  readonly status: StepStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly message: string;
  readonly attempts: readonly Attempt[];
  readonly waits: readonly Wait[];
  /** The last of `waits`, while it lasts. */
  readonly waiting: Wait | null;
  readonly progress: { readonly progress: number; readonly total: number | null; readonly message: string } | null;
  readonly logs: readonly LogLine[];
  readonly input: unknown;
  readonly output: unknown;
  readonly error: Schema<"ErrorDetail"> | null;
  readonly child_run_id: string | null;
  /** Bytes of each value over 64 KiB that the stream left out, by the name of its field, which is null then. */
  readonly omitted: Readonly<Record<string, number>>;
  /** Of its last event. */
  readonly seq: number;
}

export interface LogLine {
  readonly at: string;
  readonly level: string;
  readonly logger: string;
  readonly data: unknown;
}

/** The run itself, without its steps. */
export interface RunView {
  readonly run_id: string;
  readonly scenario_id: string;
  readonly status: RunStatus;
  readonly message: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: Schema<"ErrorDetail"> | null;
  readonly revision: string;
  readonly parent_run_id: string | null;
  readonly forked_from: { readonly run_id: string; readonly from_step: string | null } | null;
  readonly trigger: Readonly<Record<string, unknown>> | null;
  /** Whose run it is; empty for one that is older than owners. */
  readonly owner: string;
  /** As in `StepView`. */
  readonly omitted: Readonly<Record<string, number>>;
  readonly last_seq: number;
}

/** An event as the stream sends it, with its number; `data` is the event's own JSON (`type`, `run_id`, …). */
export interface SeenEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How many executions of one node stand where. */
export type Counts = Readonly<Partial<Record<StepStatus, number>>>;

/**
 * A run's events and what follows from them. Listeners are called once per animation frame at most; snapshots are the same
 * object until something in them changed, so that `useSyncExternalStore` can compare them.
 */
export interface RunStore {
  readonly runId: string;
  /** `loading` until the events that were there at the opening are folded in. */
  phase(): "loading" | "ready" | "failed";
  /** Why the phase is `failed`: an `ApiError` 404 for a run that does not exist or was removed. */
  failure(): Error | null;
  run(): RunView | null;
  step(path: string): StepView | null;
  /** All executions in the order in which they started. */
  steps(): readonly StepView[];
  /** The executions of the node with this `name`, in the order in which they started. */
  executions(name: string): readonly StepView[];
  /** The same, counted. */
  counts(name: string): Counts;
  events(): readonly SeenEvent[];
  /** Called after any change. */
  subscribe(listener: () => void): () => void;
  /** Called after a change of an execution of this node. */
  subscribeNode(name: string, listener: () => void): () => void;
}

/**
 * Whether the events of this browser come: `live`, `connecting` (also again), `paused` while nobody looks, or `signed-out`
 * until somebody signs in.
 */
export type Connection = "connecting" | "live" | "paused" | "signed-out";
