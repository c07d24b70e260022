import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** How the text looks, in the colours of the page's scheme. */
const frame = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "transparent", color: "var(--mantine-color-text)" },
  "&.cm-focused": { outline: "2px solid var(--mantine-primary-color-filled)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--mantine-color-text)", paddingBlock: "0.5rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    // Text that is scrolled to the left passes below.
    backgroundColor: "light-dark(var(--mantine-color-white), var(--mantine-color-dark-8))",
    border: "none",
    color: "light-dark(var(--mantine-color-gray-7), var(--mantine-color-dark-1))",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.4em" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "light-dark(rgb(0 0 0 / 3.5%), rgb(255 255 255 / 4.5%))" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "light-dark(#c9dcf0, #2d4a68) !important",
  },
  ".cm-collapsedLines": {
    backgroundImage: "none",
    backgroundColor: "light-dark(var(--mantine-color-gray-1), var(--mantine-color-dark-6))",
    color: "inherit",
  },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋯"' },
  ".cm-selectionMatch": { backgroundColor: "light-dark(#e3eef8, #24384c)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "light-dark(#d5e6d9, #2c4a38)" },
  ".cm-panels": {
    backgroundColor: "var(--mantine-color-body)",
    color: "inherit",
    borderColor: "var(--mantine-color-default-border)",
  },
  ".cm-panels input, .cm-panels button": { fontSize: "0.8rem" },
  ".cm-textfield": {
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: "var(--mantine-radius-sm)",
    backgroundColor: "var(--mantine-color-body)",
    color: "inherit",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--mantine-color-default)",
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: "var(--mantine-radius-sm)",
    color: "inherit",
  },
});

/** What floats above the text: completions, their descriptions, problems. */
const floating = EditorView.theme({
  ".cm-tooltip": {
    backgroundColor: "var(--mantine-color-body)",
    color: "var(--mantine-color-text)",
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: "var(--mantine-radius-md)",
    boxShadow: "var(--mantine-shadow-md)",
    overflow: "hidden",
    maxWidth: "min(34rem, 90vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mantine-font-family-monospace)",
    fontSize: "0.8125rem",
    maxHeight: "16rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem", lineHeight: "1.45" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--mantine-primary-color-filled)",
    color: "var(--mantine-primary-color-contrast)",
  },
  ".cm-completionDetail": {
    fontStyle: "normal",
    fontFamily: "var(--mantine-font-family)",
    opacity: "0.85",
    marginLeft: "1em",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionInfo": { padding: "0.5rem 0.7rem", fontSize: "0.8rem", maxWidth: "20rem", overflowWrap: "anywhere" },
  ".cm-diagnostic": { padding: "0.4rem 0.7rem", fontSize: "0.8rem", borderLeftWidth: "3px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--status-failed)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--status-waiting)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--status-running)" },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--mantine-primary-color-filled)",
    color: "var(--mantine-primary-color-contrast)",
    borderRadius: "var(--mantine-radius-sm)",
    padding: "0.15rem 0.5rem",
    cursor: "pointer",
  },
});

const underlined = (colour: string) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy 1px var(${colour})`,
  textUnderlineOffset: "3px",
  paddingBottom: "0",
});

const marks = EditorView.theme({
  ".cm-lintRange-error": underlined("--status-failed"),
  ".cm-lintRange-warning": underlined("--status-waiting"),
  ".cm-lintRange-info": underlined("--status-running"),
  ".cm-lintRange-active": { backgroundColor: "light-dark(#fdeeb8, #4a3f17)" },
  ".cm-gutter-lint": { width: "1.1em" },
});

const words = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "light-dark(#164e7d, #8fbfe8)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "light-dark(#8a3b12, #f0ac80)" },
  { tag: tags.string, color: "light-dark(#1c5e36, #9bd6ae)" },
  { tag: [tags.comment, tags.lineComment], color: "light-dark(#5c6672, #9aa5b1)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "light-dark(#5c6672, #9aa5b1)" },
  { tag: tags.invalid, color: "var(--status-failed)" },
]);

export const appearance = [frame, floating, marks, syntaxHighlighting(words)];
