import { Lexer, parseDocument, stringify } from "yaml";

import type { Syntax } from "./outline";

/** A text in the other syntax, or why it cannot be. */
export type Converted = { readonly text: string } | { readonly problem: string };

/** The same document as JSON or YAML. */
export function converted(text: string, from: Syntax, to: Syntax): Converted {
  if (from === to) return { text };
  try {
    return { text: to === "yaml" ? asYaml(text) : asJson(text) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}

const asYaml = (text: string): string => stringify(JSON.parse(text), { lineWidth: 0, version: "1.2" });

function asJson(text: string): string {
  const document = parseDocument(text, { version: "1.2", schema: "core" });
  const [error] = document.errors;
  if (error) throw error;
  return `${JSON.stringify(document.toJS(), null, 2)}\n`;
}

/** Whether a YAML text has comments, which JSON cannot hold. */
export function hasComments(text: string): boolean {
  for (const token of new Lexer().lex(text)) if (token.startsWith("#")) return true;
  return false;
}
