import { type RefObject, useLayoutEffect, useState } from "react";

import type { Problem } from "./check/problems";

interface Places {
  placed: readonly Problem[];
  unplaced: readonly Problem[];
}

/**
 * Which problems have a field on the screen. What is drawn decides, not the schema: a part may be written as JSON, or
 * belong to a choice that is not shown. Inside of a part that is JSON a problem stands at that part.
 */
export function usePlaces(
  frame: RefObject<HTMLElement | null>,
  problems: readonly Problem[],
  showsForm: boolean,
): Places {
  const [places, setPlaces] = useState<Places>({ placed: [], unplaced: [] });
  useLayoutEffect(() => {
    const next = showsForm ? sorted(problems, kindsOf(frame.current)) : { placed: [], unplaced: problems };
    setPlaces((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
  });
  return places;
}

/** Every place of the form that is drawn, by its pointer. */
function kindsOf(frame: HTMLElement | null): Map<string, string> {
  const kinds = new Map<string, string>();
  for (const element of frame?.querySelectorAll<HTMLElement>("[data-pointer]") ?? []) {
    kinds.set(element.dataset.pointer ?? "", element.dataset.kind ?? "");
  }
  return kinds;
}

function sorted(problems: readonly Problem[], kinds: ReadonlyMap<string, string>): Places {
  const placed: Problem[] = [];
  const unplaced: Problem[] = [];
  for (const problem of problems) {
    const nearest = nearestOf(problem.pointer, kinds);
    const kind = nearest === undefined ? undefined : kinds.get(nearest);
    if (nearest === problem.pointer && !(nearest === "" && kind === "group")) placed.push(problem);
    else if (nearest !== undefined && kind === "json") {
      placed.push({ pointer: nearest, message: `At ${problem.pointer.slice(nearest.length)}: ${problem.message}` });
    } else unplaced.push(problem);
  }
  return { placed, unplaced };
}

function nearestOf(pointer: string, kinds: ReadonlyMap<string, string>): string | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    if (kinds.has(at)) return at;
    if (at === "") return undefined;
  }
}
