import type { Scale } from "./scale";
import type { TreeNode } from "./tree";

/** A slice of the time of a block: how many of its iterations were at work then, and how many of them failed in it. */
export interface Slice {
  readonly active: number;
  readonly failed: number;
}

/** How busy a block with many iterations was, in slices of equal length. */
export function densityOf(iterations: readonly TreeNode[], span: Scale, slices: number, now: number): Slice[] {
  const length = Math.max(span.to - span.from, 1);
  const sliceOf = (moment: number): number =>
    Math.min(slices - 1, Math.max(0, Math.floor(((moment - span.from) / length) * slices)));
  const changes = new Array<number>(slices + 1).fill(0);
  const failed = new Array<number>(slices).fill(0);
  for (const { started, finished, status } of iterations) {
    const last = sliceOf(finished ?? now);
    const first = sliceOf(started);
    changes[first] = (changes[first] ?? 0) + 1;
    changes[last + 1] = (changes[last + 1] ?? 0) - 1;
    if (status === "failed") failed[last] = (failed[last] ?? 0) + 1;
  }
  let active = 0;
  return failed.map((count, slice) => {
    active += changes[slice] ?? 0;
    return { active, failed: count };
  });
}
