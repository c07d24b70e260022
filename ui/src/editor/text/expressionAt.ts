import { scopeAt } from "@/editor/completing/scope";
import { isRecord, recordOf, valueAt } from "./jsonValues";
import type { Path } from "./outline";

/** An expression of the document around a position; `from` is its offset in the text of its value. */
export interface ExpressionPlace {
  readonly expression: string;
  /** What stands before the position. */
  readonly before: string;
  readonly from: number;
}

/** The kind of text at a path: a whole expression, a text with holes, or neither. */
export function kindOfText(document: unknown, path: Path): "expression" | "template" | null {
  const key = path.at(-1);
  const holder = recordOf(valueAt(document, path.slice(0, -1)));
  const { step, inside } = scopeAt(document, path);
  if (inside.includes("const") || inside[0] === "form_schema" || (!step && inside[0] !== "output")) return null;
  if (inside.length === 1 && (key === "when" || (key === "until" && step?.type === "loop"))) return "expression";
  if (inside.length === 3 && inside[0] === "cases" && key === "when") return "expression";
  const keys = Object.keys(holder);
  if (key === "from" && keys.every((each) => each === "from" || each === "default")) return "expression";
  if (key === "template" && keys.length === 1) return "template";
  return null;
}

/** The expression in `raw`, the text at `path` without quotes, that the position `offset` of it is in. */
export function expressionIn(document: unknown, path: Path, raw: string, offset: number): ExpressionPlace | null {
  const kind = kindOfText(document, path);
  if (kind === "expression") return { expression: raw, before: raw.slice(0, offset), from: 0 };
  if (kind === null) return null;
  for (const hole of holesOf(raw)) {
    if (hole.from <= offset && offset <= hole.to) {
      return { expression: raw.slice(hole.from, hole.to), before: raw.slice(hole.from, offset), from: hole.from };
    }
  }
  return null;
}

/** The holes of a template, without `${` and `}`; one that has no end yet reaches to the end of the text. */
function* holesOf(raw: string): Generator<{ from: number; to: number }> {
  for (let at = 0; at < raw.length; at++) {
    if (raw.startsWith("$${", at)) at += 2;
    else if (raw.startsWith("${", at)) {
      const to = endOfHole(raw, at + 2);
      yield { from: at + 2, to };
      at = to;
    }
  }
}

function endOfHole(raw: string, from: number): number {
  let depth = 0;
  let quote = "";
  for (let at = from; at < raw.length; at++) {
    const char = raw[at] ?? "";
    if (quote) {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === "'" || char === "`") quote = char;
    else if (char === "{") depth++;
    else if (char === "}" && depth-- === 0) return at;
  }
  return raw.length;
}

/** Whether a value is one of the language's forms, which are evaluated; `keys` are its own. */
export function formOf(value: unknown): "from" | "template" | "secret" | "env" | "const" | null {
  if (!isRecord(value)) return null;
  const keys = Object.keys(value);
  if (keys.includes("from") && keys.every((key) => key === "from" || key === "default")) return "from";
  const [only] = keys;
  if (keys.length !== 1) return null;
  return only === "template" || only === "secret" || only === "env" || only === "const" ? only : null;
}
