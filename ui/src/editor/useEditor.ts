import { Compartment, EditorState, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Knowledge } from "@/editor/completing/completionSource";
import { editing, inSyntax } from "@/editor/text/editing";
import type { Syntax } from "@/editor/text/outline";

interface Options {
  text: string;
  syntax: Syntax;
  knowledge: Knowledge;
  label: string;
  onChange: (text: Text) => void;
  onMove: (position: number) => void;
}

/** An editor in `place` that begins with `text`; later values of it are not looked at, the editor's own text counts. */
export function useEditor(place: RefObject<HTMLElement | null>, options: Options): EditorView | null {
  const [view, setView] = useState<EditorView | null>(null);
  const latest = useRef(options);
  const language = useRef(new Compartment());
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (!place.current) return;
    const { text, syntax, label } = latest.current;
    const created = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          editing,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          language.current.of(inSyntax(syntax, () => latest.current.knowledge, isLong(text))),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc);
            if (update.docChanged || update.selectionSet) latest.current.onMove(update.state.selection.main.head);
          }),
        ],
      }),
    });
    setView(created);
    return () => created.destroy();
  }, [place]);
  useEffect(() => {
    if (!view) return;
    const extension = inSyntax(options.syntax, () => latest.current.knowledge, isLong(view.state.doc));
    view.dispatch({ effects: language.current.reconfigure(extension) });
  }, [view, options.syntax]);
  return view;
}

/** Whether reading the whole text takes longer than a keystroke may. */
const isLong = (text: { readonly length: number }): boolean => text.length > 50_000;

/** Puts another text in place of all; one step of undoing brings the old one back. */
export function replaceAll(view: EditorView, text: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } });
}

/** Puts the cursor somewhere and shows it. */
export function goTo(view: EditorView, from: number, to = from, focus = true): void {
  const end = view.state.doc.length;
  view.dispatch({
    selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
    effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }),
  });
  if (focus) view.focus();
}
