import { useCallback, useEffect, useMemo, useState } from "react";

import type { Outline } from "./outline";

/** With more steps than this, blocks start folded. */
const MOST_OPEN = 1000;

export interface Folds {
  readonly folded: ReadonlySet<string>;
  readonly blocks: readonly string[];
  readonly toggle: (id: string) => void;
  readonly foldAll: () => void;
  readonly unfoldAll: () => void;
}

/** Which blocks are folded. A step that gets selected from elsewhere is unfolded, so that it can be seen. */
export function useFolds(outline: Outline, selected: string | null): Folds {
  const blocks = useMemo(() => blocksOf(outline), [outline]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(
    () => new Set(outline.steps.size > MOST_OPEN ? blocks : []),
  );
  const toggle = useCallback((id: string) => setFolded((before) => toggled(before, id)), []);
  const foldAll = useCallback(() => setFolded(new Set(blocks)), [blocks]);
  const unfoldAll = useCallback(() => setFolded(new Set()), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection unfolds, not each keystroke in the document
  useEffect(() => setFolded((before) => opened(before, outline, selected)), [selected]);
  return { folded, blocks, toggle, foldAll, unfoldAll };
}

function blocksOf({ steps }: Outline): string[] {
  return [...steps.values()].filter((step) => step.lists.length > 0).map((step) => step.id);
}

function toggled(folded: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(folded);
  if (!after.delete(id)) after.add(id);
  return after;
}

/** The same folds without those around a step. */
export function opened(folded: ReadonlySet<string>, { parents }: Outline, id: string | null): ReadonlySet<string> {
  const around: string[] = [];
  for (let at = id === null ? null : parents.get(id); at; at = parents.get(at)) around.push(at);
  if (!around.some((block) => folded.has(block))) return folded;
  return new Set([...folded].filter((block) => !around.includes(block)));
}
