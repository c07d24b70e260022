import { type Cursor, cursorAt } from "@/editor/text/cursorPath";
import { expressionIn, kindOfText } from "@/editor/text/expressionAt";
import { isRecord, recordOf, textOf, valueAt } from "@/editor/text/jsonValues";
import type { Syntax } from "@/editor/text/outline";
import { ERROR_CODES } from "@/editor/text/words";
import { type Choice, expressionChoices } from "./expressionChoices";
import { keyText, type Manner, type Opening, valueText, yamlScalar } from "./insertions";
import { type KnownKey, keysOf, namedValues, SchemaView, typeName } from "./jsonSchemas";
import { declared, type Scope, scopeAt } from "./scope";
import { type Known, Shapes } from "./shapes";
import { STEP_TEMPLATES } from "./stepTemplates";

/** What could stand at a position, and the text that it takes the place of; `typed` begins the word, behind its quote. */
export interface Choices {
  readonly from: number;
  readonly typed: number;
  readonly to: number;
  readonly choices: readonly Choice[];
}

interface Here {
  readonly cursor: Cursor;
  readonly scope: Scope;
  readonly shapes: Shapes;
  readonly known: Known;
  readonly manner: Manner;
  /** The schema of documents with what it says about this place. */
  readonly view: SchemaView;
}

/** What could stand at a position of a text: keys, values, names in expressions. */
export function choicesAt(text: string, syntax: Syntax, position: number, known: Known): Choices | null {
  const cursor = cursorAt(text, syntax, position);
  if (!cursor) return null;
  const scope = scopeAt(cursor.document, cursor.path);
  const here: Here = {
    cursor,
    scope,
    shapes: new Shapes(cursor.document, known, scope),
    known,
    manner: { syntax, flow: cursor.flow, right: rightOf(text, cursor.from) },
    view: new SchemaView(known.schema ?? {}),
  };
  if (cursor.place === "value") {
    const inExpression = expressionHere(text, position, here);
    if (inExpression) return inExpression;
    if (kindOfText(cursor.document, cursor.path)) return null;
  }
  if (text.slice(cursor.from, position).includes("\n")) return null;
  const comma = needsComma(cursor, text) ? "," : "";
  const choices =
    cursor.place === "key"
      ? keys(here, cursor.colon).map((each) => ({ ...each, insert: each.insert + comma }))
      : values(here);
  return choices.length > 0
    ? { from: cursor.from, typed: position - cursor.typed.length, to: cursor.to, choices }
    : null;
}

/** Whether the next property of a JSON object stands behind the key that is typed. */
const needsComma = ({ place, syntax, colon, to }: Cursor, text: string): boolean =>
  place === "key" && syntax === "json" && !colon && /^\s*"/.test(text.slice(to, to + 2000));

/** How far right of its line's indentation a position stands, such as behind a dash. */
function rightOf(text: string, position: number): number {
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  return /^\s*(?:- +)*$/.test(line) ? line.trimStart().length : 0;
}

function expressionHere(text: string, position: number, here: Here): Choices | null {
  const { cursor, scope, shapes } = here;
  const raw = text
    .slice(position - cursor.typed.length, cursor.to)
    .replace(/["']$/, cursor.style === "plain" ? "$&" : "");
  const found = expressionIn(cursor.document, cursor.path, raw, cursor.typed.length);
  if (!found) return null;
  const { typed, choices } = expressionChoices(found.before, scope, shapes, cursor.style === "double");
  const rest = /^\w*/.exec(text.slice(position))?.[0].length ?? 0;
  const from = position - typed;
  return choices.length > 0 ? { from, typed: from, to: position + rest, choices } : null;
}

/** Keys that the object at the cursor may still have. */
function keys(here: Here, colon: boolean): Choice[] {
  const { cursor, view } = here;
  const object = valueAt(cursor.document, cursor.path);
  const taken = Object.keys(recordOf(object));
  const ofInput = inputKeys(here);
  const from = ofInput?.view ?? view;
  const found = ofInput?.keys ?? keysOf(view.at(cursor.document, cursor.path));
  return found
    .filter(({ key }) => !taken.includes(key))
    .map((known, index) => keyChoice(from, known, here.manner, colon, found.length - index));
}

function keyChoice(view: SchemaView, known: KnownKey, manner: Manner, colon: boolean, order: number): Choice {
  const { key, schema, required } = known;
  const name = manner.syntax === "json" ? JSON.stringify(key) : yamlScalar(key, manner.flow);
  const type = typeName(view, schema);
  return {
    label: key,
    kind: "key",
    detail: required ? `${type}, required` : type,
    about: textOf(schema.description) || textOf(view.resolved(schema).description),
    insert: colon
      ? name.replace(/[{}]/g, "\\$&")
      : keyText(key, known.computed ? "value" : openingOf(view, schema), manner),
    rank: (required ? 1000 : 0) + order,
  };
}

function openingOf(view: SchemaView, schema: KnownKey["schema"]): Opening {
  if (textOf(schema.$ref).endsWith("/Value")) return "value";
  const types = new Set(view.alternatives(schema).map((each) => (isRecord(each.not) ? "any" : String(each.type))));
  types.delete("null");
  types.delete("undefined");
  if (types.size !== 1) return "value";
  const [type] = types;
  if (type === "string" || type === "object") return type === "string" ? "text" : "object";
  return type === "array" ? "list" : "value";
}

/** In the `input` of a step, the arguments of its tool or scenario; null elsewhere. */
function inputKeys({ scope, shapes }: Here): { view: SchemaView; keys: KnownKey[] } | null {
  if (!scope.step || scope.inside[0] !== "input") return null;
  const schema = shapes.inputOf(scope.step);
  if (!schema) return null;
  const view = new SchemaView(schema);
  const keys = keysOf(view.at(scope.step.input, scope.inside.slice(1)));
  // An argument is usually computed: what comes after its key is a value of the language.
  return { view, keys: keys.map((key) => ({ ...key, computed: true })) };
}

function values(here: Here): Choice[] {
  const { cursor, view, manner } = here;
  const schemas = view.at(cursor.document, cursor.path);
  const own = named(here);
  const choices = own ?? schemas.flatMap((schema) => namedValues(schema)).map((value) => scalarChoice(value, manner));
  const unique = [...new Map(choices.map((choice) => [choice.label, choice])).values()];
  return [...unique, ...(own ? [] : whole(here, schemas))];
}

/** Names that the service, or the document itself, gives; null where the schema alone decides. */
function named({ cursor, scope, shapes, known, manner }: Here): Choice[] | null {
  const { step, inside } = scope;
  const key = cursor.path.at(-1);
  const parent = cursor.path.at(-2);
  const plain = (names: readonly string[]) => names.map((name) => scalarChoice(name, manner));
  if (key === "server" && (inside.length === 1 || parent === "defaults")) return plain(known.servers);
  if (parent === "errors") return plain(ERROR_CODES);
  if (inside.length === 1 && step?.type === "tool" && key === "tool") return tools(shapes, step, cursor, known, manner);
  if (inside.length === 1 && step?.type === "scenario" && key === "scenario_id") {
    return known.scenarios.map(({ scenario_id, name, description }) => ({
      ...scalarChoice(scenario_id, manner),
      detail: name,
      about: description,
    }));
  }
  if (parent === "required_input_fields" && step) {
    const schema = shapes.inputOf(step);
    return schema ? plain(Object.keys(recordOf(schema.properties))) : null;
  }
  if (key === "secret" || key === "env") return plain(declared(cursor.document, key === "env" ? "env" : "secrets"));
  return argument(scope, shapes, manner);
}

function tools(shapes: Shapes, step: Scope["step"], cursor: Cursor, known: Known, manner: Manner): Choice[] {
  const server = textOf(step?.server) || textOf(recordOf(recordOf(cursor.document).defaults).server);
  const taken = known.tools.filter((tool) => !server || tool.server === server || !known.servers.includes(server));
  return taken.map((tool) => ({
    ...scalarChoice(tool.name, manner),
    kind: "tool",
    detail: shapes.tool({ ...step, tool: tool.name }) ? tool.server : `${tool.server}, one of several`,
    about: tool.description,
  }));
}

/** Values that the tool's schema names for an argument. */
function argument(scope: Scope, shapes: Shapes, manner: Manner): Choice[] | null {
  const schema =
    scope.step && scope.inside[0] === "input" && scope.inside.length > 1 ? shapes.inputOf(scope.step) : null;
  if (!schema) return null;
  const view = new SchemaView(schema);
  const found = view.at(scope.step?.input, scope.inside.slice(1)).flatMap(namedValues);
  return found.length > 0 ? [...found.map((value) => scalarChoice(value, manner)), ...forms(manner, true)] : null;
}

function scalarChoice(value: unknown, { syntax, flow }: Manner): Choice {
  const label = typeof value === "string" ? value : JSON.stringify(value);
  const insert = (syntax === "json" ? JSON.stringify(value) : yamlScalar(value, flow)).replace(/[{}]/g, "\\$&");
  return { label, kind: "value", detail: "", about: "", insert, rank: 10 };
}

/** Whole objects: a new step, a form of a value, or the keys of a block that begins here. */
function whole(here: Here, schemas: readonly Record<string, unknown>[]): Choice[] {
  const { cursor, manner, scope } = here;
  const steps = schemas.filter((schema) => typeof recordOf(recordOf(schema.properties).type).const === "string");
  if (steps.length > 1) {
    return steps.map((schema, index) => stepChoice(schema, manner, cursor.dash, steps.length - index));
  }
  const inForm = schemas.some((schema) => isRecord(recordOf(schema.properties).from));
  if (inForm) return forms(manner, scope.inside[0] === "input" && scope.step?.type === "tool");
  return cursor.opens && cursor.dash ? keys(here, false) : [];
}

function stepChoice(schema: Record<string, unknown>, manner: Manner, dash: boolean, order: number): Choice {
  const type = textOf(recordOf(recordOf(schema.properties).type).const);
  return {
    label: `${type} step`,
    kind: "step",
    detail: "new step",
    about: textOf(schema.description),
    insert: valueText(STEP_TEMPLATES[type] ?? { name: "‹name›", type }, manner, dash),
    rank: order,
  };
}

const FORMS: readonly [string, Record<string, string>, string][] = [
  ["from", { from: "‹›" }, "The value of an expression."],
  ["template", { template: `‹text› \${‹input›}` }, "Text with holes, each of them an expression."],
  ["env", { env: "‹NAME›" }, "A plain value of the operator's."],
  ["secret", { secret: "‹NAME›" }, "A secret of the operator's, in the input of a tool only."],
];

/** In one line in both syntaxes: `{from: …}`. */
function forms(manner: Manner, secrets: boolean): Choice[] {
  return FORMS.filter(([name]) => secrets || name !== "secret").map(([name, value, about], index) => ({
    label: `{${name}: …}`,
    kind: "value",
    detail: "",
    about,
    insert: formText(value, manner),
    rank: 5 - index,
  }));
}

function formText(value: Record<string, string>, manner: Manner): string {
  if (manner.syntax === "yaml") return valueText(value, { ...manner, flow: true });
  return valueText(value, manner)
    .replace(/\n\s*/g, " ")
    .replace(/\\\{ /, "\\{")
    .replace(/ \\\}$/, "\\}");
}
