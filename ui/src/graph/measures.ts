import type { Size } from "./stack";

/** The sizes of what is drawn, in pixels at zoom 1. The styles of the nodes hold to them. */
export const gap = { next: 26, beside: 16 } as const;

export const block = {
  padding: 14,
  width: 280,
  laneHead: 32,
  /** With a line for the state of a run, or without. */
  head: (live: boolean): number => (live ? 78 : 56),
} as const;

export function stepSize(live: boolean): Size {
  return { width: 236, height: live ? 76 : 54 };
}

/** A lane around its steps; without any it is as large as a lane with one. */
export function laneSize(inside: Size): Size {
  return {
    width: Math.max(inside.width, stepSize(false).width) + 2 * block.padding,
    height: block.laneHead + Math.max(inside.height, 20) + block.padding,
  };
}
