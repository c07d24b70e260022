import { shown } from "@/forms/schema/formNode";
import { isObject, type JsonObject, own } from "@/forms/schema/node";
import { resolved } from "@/forms/schema/references";

/** One line of a schema as a person reads it. */
export interface SchemaRow {
  key: string;
  depth: number;
  name: string;
  type: string;
  required: boolean;
  description: string;
  /** Bounds, formats, defaults: each a few words. */
  rules: string[];
}

const MAX_ROWS = 400;
const MAX_DEPTH = 6;

/** The properties of a schema in the order in which it names them; what refers to itself is opened once. */
export function schemaRows(schema: unknown): { rows: SchemaRow[]; cut: boolean } {
  const rows: SchemaRow[] = [];
  const cut = !walk(rows, { schema, root: schema, depth: 0, path: "", trail: [] });
  return { rows, cut };
}

interface Place {
  schema: unknown;
  root: unknown;
  depth: number;
  path: string;
  trail: readonly unknown[];
}

function walk(rows: SchemaRow[], place: Place): boolean {
  const schema = opened(place.schema, place.root);
  if (!isObject(schema) || place.trail.includes(schema)) return true;
  const inside = { ...place, trail: [...place.trail, schema], depth: place.depth + 1 };
  const properties = own(schema, "properties");
  const required = own(schema, "required");
  for (const [name, property] of Object.entries(isObject(properties) ? properties : {})) {
    if (rows.length >= MAX_ROWS || place.depth >= MAX_DEPTH) return false;
    const isRequired = Array.isArray(required) && required.includes(name);
    if (!add(rows, { ...inside, schema: property, path: `${place.path}/${name}` }, name, isRequired, place.depth))
      return false;
  }
  for (const [name, nested] of nestedOf(schema)) {
    if (rows.length >= MAX_ROWS || place.depth >= MAX_DEPTH) return false;
    if (!add(rows, { ...inside, schema: nested, path: `${place.path}/${name}` }, name, false, place.depth))
      return false;
  }
  return true;
}

function add(rows: SchemaRow[], place: Place, name: string, required: boolean, depth: number): boolean {
  const schema = opened(place.schema, place.root);
  const description = isObject(schema) ? own(schema, "description") : undefined;
  rows.push({
    key: place.path,
    depth,
    name,
    type: typeOf(place.schema, place.root),
    required,
    description: typeof description === "string" ? description : "",
    rules: isObject(schema) ? rulesOf(schema) : [],
  });
  return walk(rows, place);
}

/** What has parts of its own that are not named properties. */
function nestedOf(schema: JsonObject): [string, unknown][] {
  const found: [string, unknown][] = [];
  const items = own(schema, "items");
  if (isObject(items) && hasParts(items)) found.push(["each item", items]);
  const others = own(schema, "additionalProperties");
  if (isObject(others) && hasParts(others)) found.push(["any other field", others]);
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const options = own(schema, keyword);
    if (!Array.isArray(options)) continue;
    options.forEach((option, at) => {
      if (isObject(option) && hasParts(option)) found.push([nameOf(option, at), option]);
    });
  }
  const all = own(schema, "allOf");
  if (Array.isArray(all))
    all.forEach((part, at) => {
      found.push([`and part ${at + 1}`, part]);
    });
  return found;
}

function nameOf(option: JsonObject, at: number): string {
  const ref = own(option, "$ref");
  return String(option.title ?? (typeof ref === "string" ? ref.split("/").at(-1) : undefined) ?? `choice ${at + 1}`);
}

const hasParts = (schema: JsonObject): boolean =>
  ["properties", "items", "anyOf", "oneOf", "allOf", "$ref"].some((keyword) => Object.hasOwn(schema, keyword));

/** What a reference names, or the schema itself. */
function opened(schema: unknown, root: unknown): unknown {
  const ref = isObject(schema) ? own(schema, "$ref") : undefined;
  return ref === undefined ? schema : (resolved(ref, root) ?? schema);
}

function typeOf(schema: unknown, root: unknown, deep = 0): string {
  if (!isObject(schema)) return schema === false ? "nothing" : "anything";
  const ref = own(schema, "$ref");
  if (ref !== undefined) {
    const target = resolved(ref, root);
    const name = String(ref).split("/").at(-1) ?? String(ref);
    return isObject(target) && isObject(own(target, "properties"))
      ? name
      : deep > 4
        ? name
        : typeOf(target, root, deep + 1);
  }
  if (Object.hasOwn(schema, "const")) return shown(schema.const);
  const values = own(schema, "enum");
  if (Array.isArray(values)) return cut(values.map(shown), 12).join(" | ");
  const options = own(schema, "anyOf") ?? own(schema, "oneOf");
  if (Array.isArray(options) && deep < 4) {
    return [
      ...new Set(
        cut(
          options.map((option) => typeOf(option, root, deep + 1)),
          8,
        ),
      ),
    ].join(" | ");
  }
  const type = own(schema, "type");
  if (type === "array") return `list of ${typeOf(own(schema, "items") ?? true, root, deep + 1)}`;
  if (Array.isArray(type)) return type.map(String).join(" | ");
  return typeof type === "string" ? type : "anything";
}

const RULES =
  "format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems".split(
    " ",
  );

function rulesOf(schema: JsonObject): string[] {
  const rules = RULES.filter((rule) => Object.hasOwn(schema, rule)).map((rule) => `${rule} ${shown(schema[rule])}`);
  if (Object.hasOwn(schema, "default")) rules.push(`default ${JSON.stringify(schema.default)}`);
  if (schema.uniqueItems === true) rules.push("no two alike");
  if (schema.additionalProperties === false) rules.push("no other fields");
  return rules.map((rule) => (rule.length > 120 ? `${rule.slice(0, 120)}…` : rule));
}

const cut = (texts: string[], count: number): string[] =>
  texts.length > count ? [...texts.slice(0, count), `${texts.length - count} more`] : texts;
