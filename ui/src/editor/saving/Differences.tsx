import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";

import type { ScenarioText } from "@/api/editing";
import { appearance } from "@/editor/text/appearance";
import { converted } from "@/editor/text/conversion";
import type { Syntax } from "@/editor/text/outline";
import classes from "./Differences.module.css";

interface Props {
  theirs: ScenarioText;
  mine: string;
  syntax: Syntax;
}

/** Two texts side by side, what is the same folded away. Theirs is shown in the syntax of mine, if it can be. */
export function Differences({ theirs, mine, syntax }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const other = converted(theirs.source, theirs.syntax, syntax);
    const view = new MergeView({
      parent: place.current,
      a: { doc: "text" in other ? other.text : theirs.source, extensions: reading(syntax, "What is saved now") },
      b: { doc: mine, extensions: reading(syntax, "Your text") },
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    });
    return () => view.destroy();
  }, [theirs, mine, syntax]);
  return <div ref={place} className={classes.frame ?? ""} />;
}

const reading = (syntax: Syntax, label: string) => [
  lineNumbers(),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
  syntax === "json" ? json() : yaml(),
  appearance,
];
