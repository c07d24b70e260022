import { isObject, type JsonObject, own } from "./node";

/** A keyword pair that has no simple merge. */
class NoMerge extends Error {}

const lower = (a: unknown, b: unknown): unknown => Math.min(Number(a), Number(b));
const higher = (a: unknown, b: unknown): unknown => Math.max(Number(a), Number(b));
const first = (a: unknown): unknown => a;

const MERGES: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  title: first,
  description: first,
  default: first,
  examples: first,
  deprecated: first,
  $comment: first,
  maximum: lower,
  exclusiveMaximum: lower,
  maxLength: lower,
  maxItems: lower,
  maxProperties: lower,
  minimum: higher,
  exclusiveMinimum: higher,
  minLength: higher,
  minItems: higher,
  minProperties: higher,
  required: (a, b) => [...new Set([...list(a), ...list(b)])],
  properties: (a, b) => properties(a, b),
  $defs: (a, b) => ({ ...record(b), ...record(a) }),
  definitions: (a, b) => ({ ...record(b), ...record(a) }),
  type: (a, b) => types(a, b),
  enum: (a, b) => list(a).filter((value) => list(b).some((other) => same(value, other))),
  additionalProperties: (a, b) => (a === false || b === false ? false : a === true ? b : b === true ? a : both(a, b)),
  items: (a, b) => both(a, b),
  allOf: (a, b) => [...list(a), ...list(b)],
};

/** One schema that asks for what both ask for; undefined when that cannot be said in one. */
export function merged(a: JsonObject, b: JsonObject): JsonObject | undefined {
  try {
    return merge(a, b);
  } catch (error) {
    if (error instanceof NoMerge) return undefined;
    throw error;
  }
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const result: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    if (key === "__proto__") continue;
    if (!Object.hasOwn(result, key)) result[key] = value;
    else if (!same(result[key], value)) result[key] = mergeOf(key)(result[key], value);
  }
  return result;
}

function mergeOf(key: string): (a: unknown, b: unknown) => unknown {
  const found = Object.hasOwn(MERGES, key) ? MERGES[key] : undefined;
  if (!found) throw new NoMerge(key);
  return found;
}

function properties(a: unknown, b: unknown): JsonObject {
  const result: JsonObject = { ...record(a) };
  for (const [name, schema] of Object.entries(record(b))) {
    result[name] = Object.hasOwn(result, name) ? both(own(result, name), schema) : schema;
  }
  return result;
}

/** Both are asked for; who reads this merges them when it comes there. */
function both(a: unknown, b: unknown): JsonObject {
  return { allOf: [a, b] };
}

function types(a: unknown, b: unknown): unknown {
  const left = list(a);
  const right = list(b);
  const kept = left.filter((type) => right.includes(type));
  if (kept.length === 0 && left.includes("number") && right.includes("integer")) return "integer";
  if (kept.length === 0 && left.includes("integer") && right.includes("number")) return "integer";
  if (kept.length === 0) throw new NoMerge("type");
  return kept.length === 1 ? kept[0] : kept;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const record = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Equal as JSON; the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => same(value, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
