import type { StepStatus } from "@/api/runs";
import type { StepView } from "@/live/types";

import { segmentsOf } from "./stepPath";

/** The moment at which runs of tests begin. */
export const BEGIN = Date.parse("2026-04-24T12:00:00.000+00:00");

/** A timestamp so many milliseconds after the beginning. */
export const moment = (after: number): string => new Date(BEGIN + after).toISOString();

/** An execution of a step for a test: from and to in milliseconds after the beginning. */
export function execution(
  path: string,
  status: StepStatus,
  [from, to]: readonly [number, number | null] = [0, status === "running" || status === "waiting" ? null : 10],
  more: Partial<StepView> = {},
): StepView {
  const started_at = moment(from);
  const finished_at = to === null ? null : moment(to);
  return {
    path,
    name: segmentsOf(path).at(-1)?.name ?? path,
    type: "tool",
    index: 0,
    status,
    started_at,
    finished_at,
    message: "",
    attempts: [{ attempt: 1, started_at, finished_at, error: null, interrupted: false, delay: null }],
    waits: [],
    waiting: null,
    progress: null,
    logs: [],
    input: null,
    output: null,
    error: null,
    child_run_id: null,
    omitted: {},
    seq: 1,
    ...more,
  };
}
