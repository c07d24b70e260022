import { defaultKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { foldGutter, foldKeymap } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { marking } from "@/editor/checking/lintMarks";
import { placed } from "@/editor/checking/problemPlaces";
import { appearance } from "@/editor/text/appearance";
import { outlineOf } from "@/editor/text/jsonOutline";
import type { SourceViewProps } from "./SourceView";
import classes from "./SourceView.module.css";

/** The text itself, loaded when it is shown. */
export function SourceText({ text, syntax, diagnostics, label }: SourceViewProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: [...reading, language(syntax), named(label)] }),
    });
    view.dispatch(marking(view.state, placed(text, outlineOf(text, syntax), diagnostics)));
    return () => view.destroy();
  }, [text, syntax, diagnostics, label]);
  return <div ref={place} className={classes.text ?? ""} />;
}

const language = (syntax: SourceViewProps["syntax"]) => (syntax === "json" ? json() : yaml());

const named = (label: string) =>
  EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" });

const reading = [
  lineNumbers(),
  foldGutter(),
  lintGutter(),
  search({ top: true }),
  highlightSelectionMatches(),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.lineWrapping,
  keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
  appearance,
];
