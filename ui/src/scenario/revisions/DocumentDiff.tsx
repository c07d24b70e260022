import { json } from "@codemirror/lang-json";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";

import { appearance } from "@/editor/text/appearance";
import classes from "./DocumentDiff.module.css";

interface Props {
  before: string;
  after: string;
  /** Two texts side by side, or one with what was taken out of it. */
  split: boolean;
}

/** Two texts and what differs, loaded when it is shown. What is the same is folded away. */
export function DocumentDiff({ before, after, split }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = split ? sideBySide(place.current, before, after) : inOne(place.current, before, after);
    return () => view.destroy();
  }, [before, after, split]);
  return <div ref={place} className={classes.frame} />;
}

// A bound on the search keeps very different texts from holding up the page.
const shared = { diffConfig: { scanLimit: 2000, timeout: 300 }, collapseUnchanged: { margin: 3, minSize: 6 } };

function inOne(parent: Element, before: string, after: string): EditorView {
  const merge = unifiedMergeView({ ...shared, original: before, mergeControls: false });
  return new EditorView({
    parent,
    state: EditorState.create({ doc: after, extensions: [reading("Differences"), merge] }),
  });
}

function sideBySide(parent: Element, before: string, after: string): MergeView {
  return new MergeView({
    ...shared,
    parent,
    a: { doc: before, extensions: reading("Before") },
    b: { doc: after, extensions: reading("After") },
  });
}

const reading = (label: string): Extension => [
  lineNumbers(),
  json(),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  appearance,
  colours,
];

const added = "light-dark(#dff3e5, #17382a)";
const removed = "light-dark(#fbe2e4, #45202a)";

const colours = EditorView.theme({
  "&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine": { backgroundColor: added },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: removed },
  "&.cm-merge-b .cm-changedText": { background: "light-dark(#b5e2c3, #1f4a35)" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "light-dark(#f5bcc1, #652b37)" },
  ".cm-changeGutter": { width: "3px", paddingLeft: "1px" },
  ".cm-collapsedLines": {
    background: "var(--mantine-color-default-hover)",
    color: "var(--mantine-color-dimmed)",
    paddingBlock: "2px",
    fontFamily: "var(--mantine-font-family)",
  },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋯"' },
});
