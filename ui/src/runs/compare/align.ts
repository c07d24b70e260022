import type { RunView, StepView } from "@/live/types";
import { sameJson } from "./jsonDiff";

export type Change = "same" | "changed" | "only a" | "only b";

/** What two runs did at one step path. */
export interface Pair {
  readonly path: string;
  readonly a: StepView | null;
  readonly b: StepView | null;
  readonly change: Change;
}

/** All that the iterations of one block did. */
export interface Iterations {
  readonly owner: string;
  readonly count: number;
  readonly pairs: readonly Pair[];
}

/** The executions of both runs by their path, in the order of the first run; what only the other did comes after what it did before. */
export function align(a: readonly StepView[], b: readonly StepView[]): readonly Pair[] {
  const ofA = new Map(a.map((step) => [step.path, step]));
  const ofB = new Map(b.map((step) => [step.path, step]));
  const following = new Map<string, StepView[]>();
  let anchor = "";
  for (const step of b) {
    if (ofA.has(step.path)) anchor = step.path;
    else following.set(anchor, [...(following.get(anchor) ?? []), step]);
  }
  const onlyB = (path: string) => (following.get(path) ?? []).map((step) => pair(step.path, null, step));
  return [...onlyB(""), ...a.flatMap(({ path }) => [pair(path, ofA.get(path), ofB.get(path)), ...onlyB(path)])];
}

function pair(path: string, a: StepView | null = null, b: StepView | null = null): Pair {
  return { path, a, b, change: changeOf(a, b) };
}

function changeOf(a: StepView | null, b: StepView | null): Change {
  if (a === null) return "only b";
  if (b === null) return "only a";
  const alike =
    a.status === b.status &&
    a.attempts.length === b.attempts.length &&
    a.error?.code === b.error?.code &&
    a.error?.message === b.error?.message &&
    a.omitted.output === b.omitted.output &&
    sameJson(a.output, b.output);
  return alike ? "same" : "changed";
}

const ITERATION = /^(.*?)\[\d+\](?:\.|$)/s;

/** What iterations did goes together, where the first of it was; there may be thousands. */
export function grouped(pairs: readonly Pair[]): readonly (Pair | Iterations)[] {
  const blocks = new Map<string, Pair[]>();
  const entries: (Pair | string)[] = [];
  for (const one of pairs) {
    const owner = ITERATION.exec(one.path)?.[1];
    const block = owner === undefined ? undefined : blocks.get(owner);
    if (owner === undefined) entries.push(one);
    else if (block) block.push(one);
    else {
      blocks.set(owner, [one]);
      entries.push(owner);
    }
  }
  return entries.map((entry) => (typeof entry === "string" ? iterations(entry, blocks.get(entry) ?? []) : entry));
}

function iterations(owner: string, pairs: readonly Pair[]): Iterations {
  const indices = new Set(pairs.map(({ path }) => path.slice(owner.length, path.indexOf("]", owner.length))));
  return { owner, count: indices.size, pairs };
}

export type Show = "all" | "changed" | "only";

export const isShown = ({ change }: Pair, show: Show): boolean =>
  show === "all" || (show === "changed" ? change !== "same" : change === "only a" || change === "only b");

/** Whether a fork took this over from the run that it was made of: it had ended before the fork began. */
export const isReused = (run: RunView | null, step: StepView): boolean =>
  run?.forked_from != null && step.finished_at !== null && Date.parse(step.finished_at) < Date.parse(run.started_at);

/** Milliseconds; null as long as it has not ended. */
export const took = (of: { started_at: string; finished_at: string | null } | null): number | null =>
  of?.finished_at ? Date.parse(of.finished_at) - Date.parse(of.started_at) : null;
