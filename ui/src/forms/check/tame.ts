import { isObject, type JsonObject, own } from "../schema/node";
import { besides, resolved } from "../schema/references";
import { FORMATS } from "./messages";
import { harmless } from "./patterns";

const ONE = new Set(
  "not if then else additionalProperties unevaluatedProperties propertyNames items additionalItems unevaluatedItems contains".split(
    " ",
  ),
);
const MANY = new Set(["allOf", "anyOf", "oneOf", "prefixItems", "items"]);
const NAMED = new Set(["properties", "patternProperties", "dependentSchemas"]);
const NUMBERS = new Set(
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains".split(
    " ",
  ),
);
const VALUES = new Set(["type", "const", "enum", "required", "uniqueItems", "dependentRequired"]);

/** More subschemas than this, counted as often as they are reached, are not checked here. */
const MAX_WEIGHT = 50_000;

/**
 * A copy that is safe to check with: known keywords only, every reference a local one, bounded patterns. Null when it is
 * so large, or refers to itself so often, that checking would hold the page; the service checks it anyway.
 */
export function tame(schema: unknown): JsonObject | null {
  const defs: Record<string, unknown> = {};
  const copier = new Copier(schema, defs);
  const copy = copier.schema(schema);
  if (!isObject(copy)) return null;
  const whole = { ...copy, $defs: defs };
  return weight(whole, defs) > MAX_WEIGHT ? null : whole;
}

class Copier {
  readonly #names = new Map<string, string>();

  constructor(
    readonly root: unknown,
    readonly defs: Record<string, unknown>,
  ) {}

  schema(schema: unknown): JsonObject {
    // `false` is said with a keyword, so that its problems have a place in the schema.
    if (schema === false) return { not: {} };
    if (!isObject(schema)) return {};
    const copy: JsonObject = {};
    const ref = own(schema, "$ref");
    const name = ref === undefined ? undefined : this.#definition(ref);
    if (name !== undefined) copy.$ref = `#/$defs/${name}`;
    for (const [key, value] of Object.entries(besides(schema))) this.#keyword(copy, key, value);
    return copy;
  }

  #keyword(copy: JsonObject, key: string, value: unknown): void {
    if (MANY.has(key) && Array.isArray(value)) copy[key] = value.map((each) => this.schema(each));
    else if (ONE.has(key)) copy[key] = this.schema(value);
    else if (NAMED.has(key) && isObject(value)) copy[key] = this.#named(key, value);
    else if (key === "pattern" && harmless(value)) copy[key] = value;
    else if (key === "format" && FORMATS.includes(String(value))) copy[key] = value;
    else if (NUMBERS.has(key) && typeof value === "number") copy[key] = value;
    else if (VALUES.has(key)) copy[key] = value;
  }

  #named(key: string, schemas: JsonObject): JsonObject {
    const kept = Object.entries(schemas).filter(([name]) => key !== "patternProperties" || harmless(name));
    return Object.fromEntries(kept.map(([name, schema]) => [name, this.schema(schema)]));
  }

  /** Where a reference leads in the copy; nothing for one that leads out of the document, which then asks for nothing. */
  #definition(ref: unknown): string | undefined {
    const known = this.#names.get(String(ref));
    if (known !== undefined) return known;
    const target = resolved(ref, this.root);
    if (target === undefined) return undefined;
    const name = String(this.#names.size);
    this.#names.set(String(ref), name);
    this.defs[name] = this.schema(target);
    return name;
  }
}

function weight(schema: unknown, defs: Record<string, unknown>): number {
  const known = new Map<unknown, number>();
  const visit = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 0;
    const before = known.get(node);
    if (before !== undefined) return before;
    known.set(node, 1);
    let sum = 1;
    for (const [key, value] of Object.entries(node)) {
      if (key === "$ref") sum += visit(defs[String(value).slice("#/$defs/".length)]);
      else if (key !== "$defs") sum += visit(value);
    }
    known.set(node, sum);
    return sum;
  };
  return visit(schema);
}
