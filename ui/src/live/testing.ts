import type { Schema } from "@/api/client";
import type { RunStatus, StepStatus } from "@/api/runs";
import type { SeenEvent } from "./types";

/** Events for tests: `journal(started("a"), finished("a"))` is those of a run, numbered, from its first one on. */

type Fields = Readonly<Record<string, unknown>> & { readonly type: string };

const START = Date.parse("2026-01-01T00:00:00Z");
const FAILURE: Schema<"ErrorDetail"> = { code: "ToolError", message: "It failed.", step: "a", attempt: 1, data: null };

/** The moment of the event with this number. */
const moment = (seq: number): string => new Date(START + seq * 1000).toISOString().replace("Z", "+00:00");

/** The events of the run `r` of the scenario `s`; what an event does not say of itself is filled in. */
export function journal(...events: readonly Fields[]): SeenEvent[] {
  const first: Fields = { type: "run_started", scenario_id: "s", revision: "1", input: {} };
  return [first, ...events].map((fields, position) => {
    const seq = position + 1;
    const times = { at: moment(seq), started_at: moment(seq), finished_at: moment(seq) };
    return { seq, type: fields.type, data: { run_id: "r", index: 0, ...times, ...fields } };
  });
}

const step = (type: string, path: string, name = path): Fields => ({ type, step_path: path, step_name: name });

export const started = (path: string, name = path): Fields => ({
  ...step("step_started", path, name),
  step_type: "tool",
  input: null,
});

export const retrying = (path: string, next: number, more: { at?: string; delay?: number } = {}): Fields => ({
  ...step("step_retrying", path),
  attempt: next,
  delay: 1,
  interrupted: false,
  error: FAILURE,
  ...more,
});

export const waiting = (path: string, waits_for: Readonly<Record<string, unknown>>): Fields => ({
  ...step("step_waiting", path),
  waits_for,
  until: null,
});

export const resumed = (path: string): Fields => ({
  ...step("step_resumed", path),
  waited: 3,
  action: "accept",
  by: "",
});

export const progressed = (path: string, progress: number, total: number, name = path): Fields => ({
  ...step("step_progress", path, name),
  progress,
  total,
  message: "",
});

export const logged = (path: string, data: unknown): Fields => ({
  ...step("step_log", path),
  level: "info",
  logger: "",
  data,
});

interface Ending {
  status?: StepStatus;
  attempts?: number;
  output?: unknown;
  name?: string;
}

export const finished = (path: string, { name = path, ...more }: Ending = {}): Fields => ({
  ...step("step_finished", path, name),
  status: "success",
  message: "",
  attempts: 1,
  output: null,
  error: null,
  ...more,
});

export const runFinished = (status: RunStatus, more: { output?: unknown } = {}): Fields => ({
  type: "run_finished",
  status,
  message: "",
  output: null,
  error: null,
  ...more,
});
