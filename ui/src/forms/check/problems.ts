import { type OutputUnit, Validator } from "@cfworker/json-schema";

import { isObject, type JsonObject } from "../schema/node";
import { sentence } from "./messages";
import { MAX_MATCHED } from "./patterns";
import { escaped, tokens, valueAt } from "./pointer";
import { tame } from "./tame";

/** One fault of a value: where, as a JSON pointer, and a sentence. The API's problems have the same shape. */
export interface Problem {
  pointer: string;
  message: string;
}

const MAX_SIZE = 300_000;

/**
 * What is wrong with a value, each fault once. Empty when nothing is, or when it cannot be told here: the service has the
 * last word. Nothing of the schema is evaluated as code, which the page's policy forbids.
 */
export function problemsOf(schema: unknown, value: unknown): Problem[] {
  const text = JSON.stringify(value);
  if (text === undefined) return [{ pointer: "", message: sentence("required", null, value) }];
  const rules = text.length > MAX_SIZE ? null : tame(schema);
  if (!rules) return [];
  try {
    // What is checked is what is sent: JSON, without fields that hold nothing.
    const errors = new Validator(hasLongText(value) ? withoutPatterns(rules) : rules, "2020-12", false).validate(
      JSON.parse(text),
    ).errors;
    return once(reduced(errors, { rules, value }));
  } catch {
    return []; // A schema without end, or one that is none.
  }
}

interface Context {
  rules: JsonObject;
  value: unknown;
}

/** These only say that something below them failed, which is said there. */
const FRAMES = new Set(
  "$ref allOf properties patternProperties additionalProperties unevaluatedProperties items prefixItems additionalItems unevaluatedItems if dependentSchemas".split(
    " ",
  ),
);

function reduced(errors: readonly OutputUnit[], context: Context): Problem[] {
  const problems: Problem[] = [];
  let rest = errors;
  while (rest.length > 0) {
    const [error, ...after] = rest;
    if (!error) break;
    rest = after;
    if (error.keyword === "anyOf" || error.keyword === "oneOf") {
      const under = after.filter((each) => isUnder(each, error));
      rest = after.filter((each) => !isUnder(each, error));
      problems.push(...ofChoice(error, under, context));
    } else if (error.keyword === "propertyNames") {
      rest = after.filter((each) => !each.keywordLocation.startsWith(`${error.keywordLocation}/`));
      problems.push(ofOne(error, context));
    } else if (!FRAMES.has(error.keyword)) problems.push(ofOne(error, context));
  }
  return problems;
}

function isUnder(error: OutputUnit, choice: OutputUnit): boolean {
  const below =
    error.instanceLocation === choice.instanceLocation ||
    error.instanceLocation.startsWith(`${choice.instanceLocation}/`);
  return below && error.keywordLocation.startsWith(`${choice.keywordLocation}/`);
}

/** The problems of the choice that the value is nearest to; when it is near to none, that alone. */
function ofChoice(choice: OutputUnit, under: readonly OutputUnit[], context: Context): Problem[] {
  const pointer = choice.instanceLocation.slice(1);
  if (/\([2-9]\d* matches\)/.test(choice.error))
    return [{ pointer, message: "This fits more than one of the choices." }];
  const branches = grouped(under, (error) => branchOf(error, choice));
  const near = [...branches.values()]
    .filter((errors) => !errors.some((error) => isOfAnotherKind(error, choice)))
    .map((errors) => reduced(errors, context))
    .sort((a, b) => a.length - b.length)[0];
  return near ?? [{ pointer, message: sentence(choice.keyword, null, null) }];
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const branchOf = (error: OutputUnit, choice: OutputUnit): string =>
  error.keywordLocation.slice(choice.keywordLocation.length + 1).split("/")[0] ?? "";

/** Another type, or another constant in a field: the value was not meant for this choice. */
function isOfAnotherKind(error: OutputUnit, choice: OutputUnit): boolean {
  const depth = tokens(error.instanceLocation).length - tokens(choice.instanceLocation).length;
  if (error.keyword === "const") return depth <= 1;
  return (error.keyword === "type" || error.keyword === "enum") && depth === 0;
}

function ofOne(error: OutputUnit, { rules, value }: Context): Problem {
  const pointer = error.instanceLocation.slice(1);
  const missing = /(?:required property|does not have) "(.*)"\.$/s.exec(error.error)?.[1];
  if (missing !== undefined && (error.keyword === "required" || error.keyword === "dependentRequired")) {
    return { pointer: `${pointer}/${escaped(missing)}`, message: sentence(error.keyword, null, undefined) };
  }
  if (/\/(additional|unevaluated)Properties\/not$/.test(error.keywordLocation)) {
    return { pointer, message: `There is no field '${tokens(pointer).at(-1)}' here.` };
  }
  return { pointer, message: sentence(error.keyword, ruleAt(rules, error.keywordLocation), valueAt(value, pointer)) };
}

/** The keyword's value in the schema; a location goes through references. */
function ruleAt(rules: JsonObject, location: string): unknown {
  let found: unknown = rules;
  for (const key of tokens(location)) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isObject(found)) found = key === "$ref" ? valueAt(rules, String(found.$ref).slice(1)) : found[key];
  }
  return found;
}

function once(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.pointer} ${problem.message}`, problem]));
  return [...seen.values()];
}

function hasLongText(value: unknown): boolean {
  if (typeof value === "string") return value.length > MAX_MATCHED;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, held]) => key.length > MAX_MATCHED || hasLongText(held));
}

function withoutPatterns(rules: unknown): JsonObject {
  const isMatched = (key: string, held: unknown) => (key === "pattern" || key === "format") && typeof held === "string";
  return JSON.parse(JSON.stringify(rules, (key, held) => (isMatched(key, held) ? undefined : held)));
}
