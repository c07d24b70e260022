import type { KeyboardEvent, RefObject } from "react";

import type { Folds } from "./folds";
import type { Direction } from "./layout";
import type { Marks } from "./marks";
import { moved, moveOf } from "./moves";
import type { Outline } from "./outline";
import type { GraphView } from "./useGraphView";

interface Graph {
  outline: Outline;
  folds: Folds;
  direction: Direction;
  marks: Marks;
  view: GraphView;
  frame: RefObject<HTMLElement | null>;
  onSelect: (nodeId: string | null) => void;
}

/** What the keys do, for the container of the graph. */
export function graphKeys({ outline, folds, direction, marks, view, frame, onSelect }: Graph) {
  return (event: KeyboardEvent<HTMLElement>): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const from = nodeOf(event.target);
    if (event.key === "Escape" && marks.selected !== null) {
      event.stopPropagation();
      onSelect(null);
      return;
    }
    if (from === null) return;
    const move = moveOf(event.key, direction);
    if (move === null) return;
    event.preventDefault();
    if (move === "in" && folds.folded.has(from)) {
      view.hold(from);
      folds.toggle(from);
      return;
    }
    const to = visible(moved(outline, folds.folded, from, move), outline, folds.folded);
    if (to === null) return;
    marks.goTo(to);
    view.show(to);
    buttonOf(frame.current, to)?.focus({ preventScroll: true });
  };
}

function buttonOf(frame: HTMLElement | null, id: string): HTMLElement | undefined {
  return [...(frame?.querySelectorAll<HTMLElement>("[data-node]") ?? [])].find((button) => button.dataset.node === id);
}

function nodeOf(target: EventTarget): string | null {
  return target instanceof HTMLElement ? (target.closest<HTMLElement>("[data-node]")?.dataset.node ?? null) : null;
}

/** The outermost folded block around a step, or the step. */
function visible(id: string | null, outline: Outline, folded: ReadonlySet<string>): string | null {
  let shown = id;
  for (let at = id; at !== null; at = outline.parents.get(at) ?? null) if (folded.has(at)) shown = at;
  return shown;
}
