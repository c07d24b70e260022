import type { Schema } from "@/api/client";
import type { Attempt, StepView, Wait } from "./types";

/** The event that begins a step, and those that go on with it. */
export type StepStarted = Schema<"StepStartedEvent">;
export type StepGoesOn =
  | Schema<"StepRetryingEvent">
  | Schema<"StepWaitingEvent">
  | Schema<"StepResumedEvent">
  | Schema<"StepProgressEvent">
  | Schema<"StepLogEvent">
  | Schema<"StepFinishedEvent">;

/** Log lines that are kept of one step: the last ones, as many as the API gives. */
export const LOG_LINES = 500;

const NOTHING: Readonly<Record<string, number>> = {};

export function stepStarted(seq: number, event: StepStarted): StepView {
  return {
    path: event.step_path,
    name: event.step_name,
    type: event.step_type,
    index: event.index,
    status: "running",
    started_at: event.started_at,
    finished_at: null,
    message: "",
    attempts: [attempt(1, event.started_at)],
    waits: [],
    waiting: null,
    progress: null,
    logs: [],
    input: event.input,
    output: null,
    error: null,
    child_run_id: null,
    omitted: event.omitted ?? NOTHING,
    seq,
  };
}

/** The step after one more of its events. */
export function stepAfter(step: StepView, seq: number, event: StepGoesOn): StepView {
  switch (event.type) {
    case "step_retrying":
      return retrying(step, seq, event);
    case "step_waiting":
      return waiting(step, seq, event);
    case "step_resumed":
      return { ...step, seq, status: "running", waiting: null, waits: ended(step, event.at) };
    case "step_progress":
      return { ...step, seq, progress: { progress: event.progress, total: event.total, message: event.message } };
    case "step_log":
      return { ...step, seq, logs: [...step.logs.slice(1 - LOG_LINES), logLine(event)] };
    case "step_finished":
      return finished(step, seq, event);
  }
}

/** `event.attempt` is the next one; what it says of an error is that of the one before. */
function retrying(step: StepView, seq: number, event: Schema<"StepRetryingEvent">): StepView {
  const { at, delay, error, interrupted } = event;
  const failed = closed(step.attempts, { finished_at: at, error, interrupted, delay });
  return {
    ...step,
    seq,
    status: "running",
    message: error.message,
    attempts: [...failed, attempt(event.attempt, later(at, delay))],
    waits: ended(step, at),
    waiting: null,
    progress: null,
  };
}

function waiting(step: StepView, seq: number, event: Schema<"StepWaitingEvent">): StepView {
  const waits_for = { ...event.waits_for, kind: String(event.waits_for.kind) };
  const wait: Wait = { seq, since: event.at, until: event.until, ended_at: null, waits_for };
  const child = event.waits_for.kind === "run" ? String(event.waits_for.run_id) : step.child_run_id;
  return {
    ...step,
    seq,
    status: "waiting",
    waiting: wait,
    waits: [...ended(step, event.at), wait],
    child_run_id: child,
  };
}

function finished(step: StepView, seq: number, event: Schema<"StepFinishedEvent">): StepView {
  const { finished_at, error } = event;
  return {
    ...step,
    seq,
    status: event.status,
    finished_at,
    message: event.message,
    attempts: event.attempts === 0 ? [] : closed(step.attempts, { attempt: event.attempts, finished_at, error }),
    waits: ended(step, finished_at),
    waiting: null,
    output: event.output,
    error,
    omitted: event.omitted ? { ...step.omitted, ...event.omitted } : step.omitted,
  };
}

function attempt(number: number, started_at: string): Attempt {
  return { attempt: number, started_at, finished_at: null, error: null, interrupted: false, delay: null };
}

function closed(attempts: readonly Attempt[], how: Partial<Attempt>): readonly Attempt[] {
  const last = attempts.at(-1);
  return last === undefined ? attempts : [...attempts.slice(0, -1), { ...last, ...how }];
}

/** The waits of the step when the one that lasts is over. */
function ended(step: StepView, at: string): readonly Wait[] {
  return step.waiting === null ? step.waits : [...step.waits.slice(0, -1), { ...step.waiting, ended_at: at }];
}

const logLine = ({ at, level, logger, data }: Schema<"StepLogEvent">) => ({ at, level, logger, data });

/** `seconds` after a timestamp, written as the API writes them. */
function later(at: string, seconds: number): string {
  const microseconds = Math.round(seconds * 1_000_000);
  return new Date(Date.parse(at) + Math.floor(microseconds / 1000)).toISOString().replace("Z", "+00:00");
}
