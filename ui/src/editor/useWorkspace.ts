import { useDebouncedCallback } from "@mantine/hooks";
import { type RefObject, useCallback, useEffect, useMemo, useState } from "react";
import { marking } from "@/editor/checking/lintMarks";
import { type PlacedProblem, placed } from "@/editor/checking/problemPlaces";
import { type Repair, repairOf } from "@/editor/checking/repairs";
import { useChecked } from "@/editor/checking/useChecked";
import { scopeAt, stepsOf } from "@/editor/completing/scope";
import { useKnown } from "@/editor/completing/useKnown";
import { outlineOf } from "@/editor/text/jsonOutline";
import { textOf } from "@/editor/text/jsonValues";
import { jsonOf, nodeAt, pathAt, type Syntax } from "@/editor/text/outline";
import type { Opened } from "./opened";
import { goTo, replaceAll, useEditor } from "./useEditor";

const PAUSE = 300;

/** The editor in `place` and what follows from its text: outline, document, problems, the step at the cursor. */
export function useWorkspace(place: RefObject<HTMLElement | null>, first: Opened, label: string) {
  const [text, setText] = useState(first.text);
  const [syntax, setSyntax] = useState<Syntax>(first.syntax);
  const [position, setPosition] = useState(0);
  const settle = useDebouncedCallback((next: { toString(): string }) => setText(next.toString()), PAUSE);
  const move = useDebouncedCallback(setPosition, 120);
  const view = useEditor(place, {
    text: first.text,
    syntax,
    knowledge: useKnown(),
    label,
    onChange: settle,
    onMove: move,
  });
  const outline = useMemo(() => outlineOf(text, syntax), [text, syntax]);
  const document = useMemo(() => jsonOf(outline), [outline]);
  const checking = useChecked(text, syntax);
  const problems = useProblems(checking.checked?.diagnostics ?? NONE, checking.text, syntax);
  const repair = useCallback((change: Repair) => view && repaired(view, change), [view]);
  useEffect(() => {
    if (!view || view.state.doc.toString() !== checking.text) return;
    view.dispatch(
      marking(view.state, problems, (each) => {
        const found = repairOf(checking.text, each);
        return found ? [{ name: found.name, apply: (_, from, to) => repair(shiftedTo(found, each, from, to)) }] : [];
      }),
    );
  }, [view, problems, checking.text, repair]);
  const put = (next: string, nextSyntax: Syntax = syntax) => {
    setSyntax(nextSyntax);
    if (view) replaceAll(view, next);
    setText(next);
  };
  const scope = useMemo(() => scopeAt(document, pathAt(outline, position)), [document, outline, position]);
  const step = textOf(scope.step?.name) || null;
  // A step of the document's own list runs once, under its name.
  const stepPath = scope.stepPath.length === 2 && scope.stepPath[0] === "steps" ? step : null;
  const goToStep = (name: string | null) => {
    const path = [...stepsOf(document)].find((each) => each.step.name === name)?.path;
    const node = path && (nodeAt(outline, [...path, "name"]) ?? nodeAt(outline, path));
    if (view && node) goTo(view, node.from, node.from, false);
  };
  const now = () => view?.state.doc.toString() ?? text;
  return {
    view,
    text,
    syntax,
    now,
    put,
    outline,
    document,
    position,
    checking,
    problems,
    repair,
    step,
    stepPath,
    goToStep,
  };
}

const NONE: readonly [] = [];

function useProblems(
  diagnostics: Parameters<typeof placed>[2],
  text: string,
  syntax: Syntax,
): readonly PlacedProblem[] {
  return useMemo(() => placed(text, outlineOf(text, syntax), diagnostics), [diagnostics, text, syntax]);
}

/** A repair where its mark stands now. */
const shiftedTo = (repair: Repair, { from }: PlacedProblem, now: number, _to: number): Repair => ({
  ...repair,
  from: repair.from + now - from,
  to: repair.to + now - from,
});

function repaired(view: NonNullable<ReturnType<typeof useEditor>>, { from, to, old, insert }: Repair): void {
  if (view.state.sliceDoc(from, to) !== old) return;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, scrollIntoView: true });
  view.focus();
}
