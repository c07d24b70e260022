import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { Syntax } from "@/editor/text/outline";
import { choicesAt } from "./completions";
import type { Choice } from "./expressionChoices";
import type { Known } from "./shapes";

const KINDS = {
  key: "property",
  value: "constant",
  step: "class",
  tool: "function",
  function: "function",
  name: "variable",
};

/** What completion knows beside the text. */
export interface Knowledge {
  readonly now: () => Known;
  /** All of it, once it has come; null when nothing is on its way. */
  readonly whole: (() => Promise<Known>) | null;
}

/** Completion in the editor; `knowledge` is asked for at each question. */
export function completing(syntax: Syntax, knowledge: () => Knowledge, long: boolean): Extension {
  return autocompletion({
    activateOnTyping: true,
    // A long text is read again for every question, so nothing is asked while somebody types on.
    activateOnTypingDelay: long ? 400 : 100,
    icons: false,
    maxRenderedOptions: 200,
    override: [(context) => answered(context, syntax, knowledge())],
  });
}

/** Whoever presses the key waits for what is on its way, as for tools of a server that is just being started. */
function answered(context: CompletionContext, syntax: Syntax, { now, whole }: Knowledge) {
  if (!context.explicit || !whole) return offered(context, syntax, now());
  return whole().then((known) => (context.aborted ? null : offered(context, syntax, known)));
}

/** While somebody types, only behind something that a name can go on from; with the key, everywhere. */
function offered(context: CompletionContext, syntax: Syntax, known: Known): CompletionResult | null {
  if (!context.explicit && !context.matchBefore(/[\w.$"'{?]|^\s*|: ?|- ?/)) return null;
  const found = choicesAt(context.state.doc.toString(), syntax, context.pos, known);
  if (!found) return null;
  // What is matched is the word alone; what is replaced has its quotes, too.
  const around = { before: found.typed - found.from, after: found.to - context.pos };
  return {
    from: found.typed,
    options: found.choices.map((choice) => optionOf(choice, around)),
    validFor: /^[\w-]*$/,
  };
}

function optionOf(
  { label, kind, detail, about, insert, rank }: Choice,
  around: { before: number; after: number },
): Completion {
  const info = about === "" ? {} : { info: about };
  // Without a place to fill in, the cursor would stay before the text.
  const put = snippet(insert.includes("#{") ? insert : `${insert}#{}`);
  return {
    label,
    type: KINDS[kind],
    detail,
    ...info,
    boost: Math.max(-99, Math.min(99, rank > 900 ? 99 : rank)),
    sortText: String(9999 - rank).padStart(5, "0"),
    apply: (view, completion, from, to) => put(view, completion, from - around.before, to + around.after),
  };
}
