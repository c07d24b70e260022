import { told, totalOf } from "./counts";
import type { StepOutline } from "./outline";
import type { NodeState } from "./states";

/** Whether a node stands for many executions, which it counts. */
export function isMany(state: NodeState | null): boolean {
  return state?.counts !== null && state?.counts !== undefined && totalOf(state.counts) > 1;
}

/** Where a node stands, in words. */
export function stateTold(state: NodeState | null): string {
  if (!state) return "not reached";
  return isMany(state) && state.counts ? told(state.counts) : state.status;
}

/** What a node is called by those who cannot see it, such as `fetch, tool, failed, attempt 2`. */
export function spokenName(step: StepOutline, state: NodeState | null, live: boolean, folded: boolean): string {
  const parts = [step.name, step.kind === "unknown" ? "unknown type" : step.kind];
  if (step.lists.length > 0) parts.push(folded ? "folded block" : "block");
  if (live) parts.push(stateTold(state));
  if (state && !isMany(state)) {
    if (state.attempt > 1) parts.push(`attempt ${state.attempt}`);
    if (state.progress !== null && state.finished_at === null) parts.push(`${Math.round(state.progress * 100)} %`);
  }
  return parts.join(", ");
}

/** How many steps are inside a block, at any depth. */
export function stepsInside(step: StepOutline): number {
  return step.lists.reduce((sum, list) => sum + list.steps.reduce((inner, one) => inner + 1 + stepsInside(one), 0), 0);
}
