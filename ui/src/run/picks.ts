import type { StepView } from "@/live/types";

import { iterationsOf, segmentsOf, withoutAttempts } from "./stepPath";

/** Which iteration of each block is looked at, by the path of the block without its attempts; of the others all are. */
export type Picks = ReadonlyMap<string, number>;

export const NONE: Picks = new Map();

/** Whether an execution lies in the iterations that are looked at. */
export function isPicked(path: string, picks: Picks): boolean {
  if (picks.size === 0) return true;
  return iterationsOf(path).every(({ owner, iteration }) => {
    const picked = picks.get(withoutAttempts(owner));
    return picked === undefined || picked === iteration;
  });
}

/** The iterations that the execution at `path` lies in. */
export function picksOf(path: string): Picks {
  return new Map(iterationsOf(path).map(({ owner, iteration }) => [withoutAttempts(owner), iteration ?? 0]));
}

/** Looks at another iteration of a block, or at all of them; what lies inside has to be picked anew. */
export function repicked(picks: Picks, owner: string, iteration: number | null): Picks {
  const inside = `${owner}[`;
  const kept = [...picks].filter(([each]) => each !== owner && !each.startsWith(inside));
  return new Map(iteration === null ? kept : [...kept, [owner, iteration]]);
}

/** Of executions that differ in the attempt of a block only, the latest. */
export function latestAttempts(executions: readonly StepView[]): readonly StepView[] {
  if (!executions.some(({ path }) => path.includes("@"))) return executions;
  return [...new Map(executions.map((step) => [withoutAttempts(step.path), step])).values()];
}

/** The execution of the same node in the iteration before or after. */
export function beside(executions: readonly StepView[], path: string, by: -1 | 1): StepView | null {
  const here = executions.findIndex((step) => step.path === path);
  return here < 0 ? null : (executions[here + by] ?? null);
}

/** What tells an execution from others of its node: `[3]`, `[3][0]`, `attempt 2`; empty where nothing does. */
export function whichOf(path: string): string {
  const segments = segmentsOf(path);
  const iterations = segments.map(({ iteration }) => (iteration === null ? "" : `[${iteration}]`)).join("");
  const attempts = segments.filter(({ attempt }) => attempt > 1).map(({ attempt }) => `attempt ${attempt}`);
  return [iterations, ...attempts].filter(Boolean).join(" ");
}
