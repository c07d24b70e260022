import type { StepStatus } from "@/api/runs";
import type { Attempt, StepView, Wait } from "@/live/types";

/** A piece of a step's line: an attempt, the pause before the next one, or a wait inside an attempt. */
export interface Bar {
  readonly kind: "attempt" | "pause" | "wait";
  readonly from: number;
  readonly to: number;
  readonly status: StepStatus;
  readonly interrupted: boolean;
  /** Such as `attempt 2`. */
  readonly label: string;
}

/** The pieces of a step's line in the order in which they are drawn: waits lie upon attempts. */
export function barsOf(step: StepView, now: number): Bar[] {
  const end = step.finished_at === null ? now : Date.parse(step.finished_at);
  const attempts = step.attempts.length > 0 ? step.attempts : [whole(step)];
  return [
    ...attempts.flatMap((attempt, index) => attemptBars(step, attempt, index === attempts.length - 1, end)),
    ...step.waits.map((wait) => waitBar(wait, end)),
  ];
}

function whole(step: StepView): Attempt {
  const { started_at, finished_at, error } = step;
  return { attempt: 1, started_at, finished_at, error, interrupted: false, delay: null };
}

function attemptBars(step: StepView, attempt: Attempt, last: boolean, end: number): Bar[] {
  const from = Date.parse(attempt.started_at);
  const to = attempt.finished_at === null ? Math.max(from, end) : Date.parse(attempt.finished_at);
  const bar: Bar = {
    kind: "attempt",
    from,
    to,
    status: last ? step.status : "failed",
    interrupted: attempt.interrupted,
    label: `attempt ${attempt.attempt}`,
  };
  // An attempt that is announced begins in the future: until then there is only the pause before it.
  const begun = from <= end || step.finished_at !== null;
  return [...(begun ? [bar] : []), ...(attempt.delay ? [pauseBar(to, attempt.delay, end)] : [])];
}

function pauseBar(from: number, delay: number, end: number): Bar {
  const to = Math.min(from + delay * 1000, Math.max(from, end));
  return { kind: "pause", from, to, status: "waiting", interrupted: false, label: "pause before the next attempt" };
}

function waitBar(wait: Wait, end: number): Bar {
  const to = wait.ended_at === null ? end : Date.parse(wait.ended_at);
  const label = `waits for ${wait.waits_for.kind}`;
  return { kind: "wait", from: Date.parse(wait.since), to, status: "waiting", interrupted: false, label };
}
