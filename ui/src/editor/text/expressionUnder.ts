import { expressionIn, kindOfText } from "./expressionAt";
import { nodeAt, type OutlineNode, pathAt } from "./outline";

/** What can be tried at a position: an expression, or a template as a whole; `words` is its text as it is evaluated. */
export interface Tried {
  readonly kind: "expression" | "template";
  readonly words: string;
}

/** The expression that a position of a text is in, of a text with holes the whole of it outside of them; or null. */
export function expressionUnder(text: string, root: OutlineNode, document: unknown, position: number): Tried | null {
  const path = pathAt(root, position);
  const node = nodeAt(root, path);
  if (node?.kind !== "scalar" || typeof node.value !== "string" || position < node.from) return null;
  const kind = kindOfText(document, path);
  if (kind === "expression") return { kind, words: node.value };
  if (kind === null) return null;
  const quote = node.style === "single" || node.style === "double" ? 1 : 0;
  const raw = text.slice(node.from + quote, node.to - quote);
  const hole = expressionIn(document, path, raw, position - node.from - quote);
  if (!hole) return { kind: "template", words: node.value };
  return { kind: "expression", words: node.style === "double" ? plain(hole.expression) : hole.expression };
}

/** Without the escapes of a text in double quotes. */
const plain = (raw: string): string => {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
};
