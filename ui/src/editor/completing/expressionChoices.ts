import { textOf } from "@/editor/text/jsonValues";
import { FUNCTIONS } from "@/editor/text/words";
import { typeName } from "./jsonSchemas";
import type { Scope } from "./scope";
import { isList, membersOf, type Shapes } from "./shapes";

/** Something that could stand at a position. `insert` is a template of the editor, see `insertions.ts`. */
export interface Choice {
  readonly label: string;
  readonly kind: "key" | "value" | "step" | "tool" | "function" | "name";
  readonly detail: string;
  readonly about: string;
  readonly insert: string;
  /** Higher comes first. */
  readonly rank: number;
}

export interface ExpressionChoices {
  /** How many characters before the position are of the name that is typed. */
  readonly typed: number;
  readonly choices: readonly Choice[];
}

/** What may follow in an expression, of which `before` stands there. `escaped`: quotes are escaped in the text around. */
export function expressionChoices(before: string, scope: Scope, shapes: Shapes, escaped: boolean): ExpressionChoices {
  if (inText(before)) return { typed: 0, choices: [] };
  const typed = /[A-Za-z_]\w*$/.exec(before)?.[0].length ?? 0;
  const head = before.slice(0, before.length - typed);
  if (head.endsWith(".")) return { typed, choices: members(pathBefore(head.slice(0, -1)), shapes, escaped) };
  return { typed, choices: [...elements(before, shapes, escaped), ...roots(scope), ...functions()] };
}

/** The path that ends a text. */
const pathBefore = (text: string): string =>
  /(?:[A-Za-z_]\w*|"[^"]+")(?:\.(?:[A-Za-z_]\w*|"[^"]+")|\[[^[\]]*\])*$/.exec(text)?.[0] ?? "";

/** Whether the end of an expression is inside of a literal. */
function inText(before: string): boolean {
  let quote = "";
  for (let at = 0; at < before.length; at++) {
    const char = before[at] ?? "";
    if (char === "\\") at++;
    else if (quote) quote = char === quote ? "" : quote;
    else if (char === "'" || char === "`") quote = char;
  }
  return quote !== "";
}

function members(path: string, shapes: Shapes, escaped: boolean): Choice[] {
  return path === "" ? [] : shapes.members(path).map((member) => memberChoice(member, path === "steps", escaped));
}

function memberChoice(member: ReturnType<Shapes["members"]>[number], step: boolean, escaped: boolean): Choice {
  const { name, schema, view } = member;
  const quoted = escaped ? `\\\\"${name}\\\\"` : `"${name}"`;
  return {
    label: name,
    kind: step ? "step" : "name",
    detail: typeName(view, schema),
    about: textOf(view.resolved(schema).description),
    insert: /^[A-Za-z_]\w*$/.test(name) ? name : quoted,
    rank: 2,
  };
}

/** In a filter, `xs[?…]`, names are those of the elements. */
function elements(before: string, shapes: Shapes, escaped: boolean): Choice[] {
  const opened = before.lastIndexOf("[?");
  if (opened < 0 || before.indexOf("]", opened) >= 0) return [];
  const list = shapes.of(pathBefore(before.slice(0, opened)));
  if (!list || !isList(list)) return [];
  const { view } = list;
  return view
    .alternatives(list.schema)
    .flatMap((each) => view.below(each, 0))
    .flatMap((schema) => membersOf({ view, schema }))
    .map((member) => ({ ...memberChoice(member, false, escaped), rank: 3 }));
}

const roots = (scope: Scope): Choice[] =>
  scope.roots.map(({ name, about }) => ({ label: name, kind: "name", detail: "", about, insert: name, rank: 2 }));

const functions = (): Choice[] =>
  FUNCTIONS.map(({ call, gives }) => {
    const name = call.split("(")[0] ?? call;
    const about = `${call}: ${gives}`;
    return { label: name, kind: "function", detail: "function", about, insert: `${name}(#{})`, rank: 0 };
  });
