import type { Direction } from "./layout";
import type { ListOutline, Outline, StepOutline } from "./outline";

/** Where the keys lead from a step: along its list, into a block, and out of it. */
export type Move = "next" | "previous" | "in" | "out" | "first" | "last";

const KEYS: Readonly<Record<Direction, Readonly<Record<string, Move>>>> = {
  TB: { ArrowDown: "next", ArrowUp: "previous", ArrowRight: "in", ArrowLeft: "out", Home: "first", End: "last" },
  LR: { ArrowRight: "next", ArrowLeft: "previous", ArrowDown: "in", ArrowUp: "out", Home: "first", End: "last" },
};

export function moveOf(key: string, direction: Direction): Move | null {
  return KEYS[direction][key] ?? null;
}

/**
 * The step that a move leads to, or null when there is none. After the end of a list comes the next list of the same
 * block and then what follows the block, so that `next` alone reaches everything that is not further inside.
 */
export function moved(outline: Outline, folded: ReadonlySet<string>, from: string, move: Move): string | null {
  switch (move) {
    case "next":
      return after(outline, from);
    case "previous":
      return before(outline, from);
    case "in":
      return folded.has(from) ? null : (stepsIn(outline.steps.get(from))[0]?.id ?? null);
    case "out":
      return outline.parents.get(from) ?? null;
    case "first":
      return stepsOf(rootLists(outline))[0]?.id ?? null;
    case "last":
      return stepsOf(rootLists(outline)).at(-1)?.id ?? null;
  }
}

function after(outline: Outline, id: string): string | null {
  for (let at: string | null = id; at !== null; at = outline.parents.get(at) ?? null) {
    const beside = besides(outline, at);
    const next = beside[beside.findIndex((step) => step.id === at) + 1];
    if (next) return next.id;
  }
  return null;
}

function before(outline: Outline, id: string): string | null {
  const beside = besides(outline, id);
  const previous = beside[beside.findIndex((step) => step.id === id) - 1];
  return previous?.id ?? outline.parents.get(id) ?? null;
}

/** The steps of all lists of the block that a step stands in. */
function besides(outline: Outline, id: string): readonly StepOutline[] {
  const parent = outline.parents.get(id) ?? null;
  return parent === null ? stepsOf(rootLists(outline)) : stepsIn(outline.steps.get(parent));
}

const rootLists = ({ main, onError }: Outline): readonly ListOutline[] => (onError ? [main, onError] : [main]);

const stepsIn = (step: StepOutline | undefined): readonly StepOutline[] => stepsOf(step?.lists ?? []);

const stepsOf = (lists: readonly ListOutline[]): readonly StepOutline[] => lists.flatMap((list) => list.steps);
