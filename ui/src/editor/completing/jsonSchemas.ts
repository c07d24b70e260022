import { isRecord, type JsonRecord, listOf, recordOf, textOf, textsOf } from "@/editor/text/jsonValues";
import type { Path } from "@/editor/text/outline";

export type JsonSchema = JsonRecord;

/** A key that an object may have. */
export interface KnownKey {
  readonly key: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  /** Whether its value is rather an expression than what the schema says. */
  readonly computed?: boolean;
}

const DEEPEST = 16;

/** A JSON Schema to look things up in: references followed, alternatives laid side by side. */
export class SchemaView {
  constructor(readonly root: JsonSchema) {}

  /** What may stand at a path of a value: the alternatives that its parents leave open. */
  at(value: unknown, path: Path): JsonSchema[] {
    let open = this.alternatives(this.root, value);
    let here = value;
    for (const token of path) {
      here = isRecord(here) || Array.isArray(here) ? Reflect.get(here, token) : undefined;
      open = open.flatMap((schema) => this.below(schema, token)).flatMap((schema) => this.alternatives(schema, here));
    }
    return open;
  }

  /** What may stand under a key, or at an index, of what a schema describes. */
  below(schema: JsonSchema, token: string | number): JsonSchema[] {
    if (typeof token === "number") return isRecord(schema.items) ? [schema.items] : [];
    const properties = recordOf(schema.properties);
    const named = Object.hasOwn(properties, token) ? properties[token] : undefined;
    if (isRecord(named)) return [named];
    for (const [pattern, fitting] of Object.entries(recordOf(schema.patternProperties))) {
      if (isRecord(fitting) && matches(pattern, token)) return [fitting];
    }
    return isRecord(schema.additionalProperties) ? [schema.additionalProperties] : [];
  }

  /** A schema without references and choices; `value` rules out what its `type`, or its keys, cannot be. */
  alternatives(schema: JsonSchema, value?: unknown, depth = 0): JsonSchema[] {
    if (depth > DEEPEST) return [];
    const found: JsonSchema[] = [];
    const whole = this.resolved(schema);
    // Choices beside properties only say which of them go together.
    const either = whole.properties ? [] : [...listOf(whole.anyOf), ...listOf(whole.oneOf)];
    const choices = [...either, ...listOf(whole.allOf)].filter(isRecord);
    if (choices.length === 0 || whole.properties || whole.type || whole.enum) found.push(whole);
    for (const choice of choices) found.push(...this.alternatives(choice, value, depth + 1));
    const fitting = found.filter((each) => fits(each, value));
    return fitting.length > 0 ? fitting : found;
  }

  /** Keywords beside a reference, such as a description, come before what it names. */
  resolved(schema: JsonSchema): JsonSchema {
    let whole = schema;
    for (let depth = 0; depth < DEEPEST && typeof whole.$ref === "string"; depth++) {
      const { $ref, ...beside } = whole;
      whole = { ...recordOf(this.named(textOf($ref))), ...beside };
    }
    return whole;
  }

  private named(reference: string): unknown {
    if (!reference.startsWith("#")) return {};
    return reference
      .split("/")
      .slice(1)
      .reduce<unknown>((node, token) => recordOf(node)[token.replaceAll("~1", "/").replaceAll("~0", "~")], this.root);
  }
}

function fits(schema: JsonSchema, value: unknown): boolean {
  if (!isRecord(value)) return true;
  const properties = recordOf(schema.properties);
  const type = recordOf(properties.type).const;
  if (typeof type === "string" && typeof value.type === "string") return type === value.type;
  if (schema.additionalProperties !== false) return true;
  const patterns = Object.keys(recordOf(schema.patternProperties));
  return Object.keys(value).every(
    (key) => Object.hasOwn(properties, key) || patterns.some((each) => matches(each, key)),
  );
}

function matches(pattern: string, key: string): boolean {
  try {
    return new RegExp(pattern, "u").test(key);
  } catch {
    return false;
  }
}

/** The keys of objects that fit one of these: required ones first. Of steps that have no type yet, what all of them have. */
export function keysOf(alternatives: readonly JsonSchema[]): KnownKey[] {
  const objects = alternatives.filter((schema) => isRecord(schema.properties));
  const typed = objects.filter((schema) => typeof recordOf(recordOf(schema.properties).type).const === "string");
  const keys = new Map<string, KnownKey>();
  for (const schema of objects) {
    for (const [key, property] of Object.entries(recordOf(schema.properties))) {
      const everywhere = typed.length < 2 || typed.every((each) => Object.hasOwn(recordOf(each.properties), key));
      if (!everywhere || keys.has(key)) continue;
      const required = objects.every((each) => textsOf(each.required).includes(key));
      keys.set(key, { key, required, schema: recordOf(property) });
    }
  }
  return [...keys.values()].sort((one, other) => Number(other.required) - Number(one.required));
}

/** Scalars that a schema names: choices, constants, truth values, defaults, examples. */
export function namedValues(schema: JsonSchema): unknown[] {
  const values = [...listOf(schema.enum), ...("const" in schema ? [schema.const] : [])];
  if (schema.type === "boolean") values.push(true, false);
  if ("default" in schema) values.push(schema.default);
  for (const example of listOf(schema.examples)) values.push(example);
  const scalars = values.filter((value) => typeof value !== "object");
  return [...new Map(scalars.map((value) => [JSON.stringify(value), value])).values()];
}

/** The type in a word or two, such as `string`, `list of string`, `a | b`. */
export function typeName(view: SchemaView, schema: JsonSchema): string {
  if (textOf(schema.$ref).endsWith("/Value")) return "value";
  const names = view.alternatives(schema).map((each) => {
    if (Array.isArray(each.enum)) return each.enum.map(String).join(" | ");
    if ("const" in each) return String(each.const);
    if (each.type === "array") return isRecord(each.items) ? `list of ${typeName(view, each.items)}` : "list";
    return Array.isArray(each.type) ? each.type.join(" | ") : textOf(each.type);
  });
  const told = [...new Set(names)].filter((name) => name !== "" && name !== "null");
  return told.length > 3 ? "value" : told.join(" | ");
}
