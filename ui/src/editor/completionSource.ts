import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";

import { choicesAt } from "./completions";
import type { Choice } from "./expressionChoices";
import type { Syntax } from "./outline";
import type { Known } from "./shapes";

const KINDS = {
  key: "property",
  value: "constant",
  step: "class",
  tool: "function",
  function: "function",
  name: "variable",
};

/** Completion in the editor; `known` gives what is known at the moment of asking. */
export function completing(syntax: Syntax, known: () => Known): Extension {
  return autocompletion({
    activateOnTyping: true,
    icons: false,
    maxRenderedOptions: 200,
    override: [(context) => offered(context, syntax, known())],
  });
}

/** While somebody types, only behind something that a name can go on from; with the key, everywhere. */
function offered(context: CompletionContext, syntax: Syntax, known: Known): CompletionResult | null {
  if (!context.explicit && !context.matchBefore(/[\w.$"'{?]|^\s*|: ?|- ?/)) return null;
  const found = choicesAt(context.state.doc.toString(), syntax, context.pos, known);
  if (!found) return null;
  return {
    from: found.from,
    to: found.to,
    options: found.choices.map(optionOf),
    validFor: /^["']?[\w-]*$/,
  };
}

function optionOf({ label, kind, detail, about, insert, rank }: Choice) {
  const info = about === "" ? {} : { info: about };
  return snippetCompletion(insert, {
    label,
    type: KINDS[kind],
    detail,
    ...info,
    boost: Math.max(-99, Math.min(99, rank > 900 ? 99 : rank)),
    sortText: String(9999 - rank).padStart(5, "0"),
  });
}
