import { shown } from "../schema/formNode";
import { isObject } from "../schema/node";

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  object: "an object",
  array: "a list",
  null: "null",
};

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  "date-time": "a date and time, such as 2026-04-24T12:00:00Z",
  date: "a date, such as 2026-04-24",
  time: "a time, such as 12:00:00Z",
  email: "an e-mail address",
  uri: "an address, such as https://example.org",
  uuid: "a UUID",
};

/** The formats that are checked; others are for the reader. */
export const FORMATS: readonly string[] = Object.keys(FORMAT_NAMES);

const MAX_CHOICES = 8;

const several = (count: unknown, one: string): string => `${String(count)} ${one}${count === 1 ? "" : "s"}`;

/** One sentence for each keyword: what to do, from the keyword's value and the value that breaks it. */
const SENTENCES: Readonly<Record<string, (rule: unknown, value: unknown) => string>> = {
  type: (rule) => `Give ${typeNames(rule)}.`,
  const: (rule) => `This must be ${shown(rule)}.`,
  enum: (rule) => `Choose one of ${choices(rule)}.`,
  minimum: (rule) => `Give a number of at least ${shown(rule)}.`,
  maximum: (rule) => `Give a number of at most ${shown(rule)}.`,
  exclusiveMinimum: (rule) => `Give a number above ${shown(rule)}.`,
  exclusiveMaximum: (rule) => `Give a number below ${shown(rule)}.`,
  multipleOf: (rule) => `Give a multiple of ${shown(rule)}.`,
  minLength: (rule, value) => (value === "" ? "Fill this in." : `Write at least ${several(rule, "character")}.`),
  maxLength: (rule, value) =>
    `Write at most ${several(rule, "character")}; there are ${typeof value === "string" ? [...value].length : "more"}.`,
  pattern: (rule) => `This must match the pattern ${shown(rule)}.`,
  format: (rule) => `Give ${FORMAT_NAMES[String(rule)] ?? String(rule)}.`,
  minItems: (rule) => `Add items: at least ${several(rule, "item")} must be here.`,
  maxItems: (rule) => `Remove items: at most ${several(rule, "item")} may be here.`,
  uniqueItems: () => "Two items are the same; each may be here only once.",
  contains: () => "No item is as one of them must be.",
  minContains: (rule) => `At least ${several(rule, "item")} must be of the kind that is asked for.`,
  maxContains: (rule) => `At most ${several(rule, "item")} may be of the kind that is asked for.`,
  minProperties: (rule) => `Fill in at least ${several(rule, "field")}.`,
  maxProperties: (rule) => `Fill in at most ${several(rule, "field")}.`,
  propertyNames: () => "A field has a name that is not allowed.",
  required: () => "Fill this in.",
  dependentRequired: () => "Fill this in, because of another field.",
  not: () => "This value is not allowed.",
  anyOf: () => "This fits none of the choices.",
  oneOf: () => "This fits none of the choices.",
};

export const KEYWORDS: readonly string[] = Object.keys(SENTENCES);

export function sentence(keyword: string, rule: unknown, value: unknown): string {
  const known = Object.hasOwn(SENTENCES, keyword) ? SENTENCES[keyword] : undefined;
  return known ? known(rule, value) : `This does not fit the rule ${shown(keyword)}.`;
}

function typeNames(rule: unknown): string {
  const names = (Array.isArray(rule) ? rule : [rule]).map((type) => TYPES[String(type)] ?? String(type));
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}` : String(names[0]);
}

function choices(rule: unknown): string {
  const values = Array.isArray(rule) ? rule : isObject(rule) ? Object.values(rule) : [];
  const named = values.slice(0, MAX_CHOICES).map(shown).join(", ");
  return values.length > MAX_CHOICES ? `${named} and ${values.length - MAX_CHOICES} more` : named;
}
