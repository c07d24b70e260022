/** A JSON Schema as lines of a table. The schema is anybody's: what cannot be read is left out. */

type Json = Readonly<Record<string, unknown>>;

export interface PropertyRow {
  /** Such as `pages[].url`. */
  readonly path: string;
  readonly depth: number;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** What a value must be besides its type, such as `at least 1`, and its default. */
  readonly rules: readonly string[];
}

const MOST = 300;
const DEEPEST = 8;

/** The properties of a schema, each before what is inside it. */
export function propertyRows(schema: unknown): readonly PropertyRow[] {
  const rows: PropertyRow[] = [];
  const root = record(schema);
  const visit = (
    given: unknown,
    path: string,
    depth: number,
    required: boolean,
    around: ReadonlySet<unknown>,
  ): void => {
    if (rows.length >= MOST || depth > DEEPEST) return;
    const own = resolved(given, root);
    if (path !== "") rows.push({ path, depth: depth - 1, required, ...told(own, root) });
    if (around.has(own)) return;
    const inside = new Set([...around, own]);
    const item = resolved(own.items, root);
    const holder = Object.keys(record(own.properties)).length === 0 && own.items !== undefined ? item : own;
    const prefix = holder === item && own.items !== undefined ? `${path}[]` : path;
    const needed = new Set(Array.isArray(holder.required) ? holder.required : []);
    for (const [name, property] of Object.entries(record(holder.properties))) {
      visit(property, prefix === "" ? name : `${prefix}.${name}`, depth + 1, needed.has(name), inside);
    }
  };
  visit(schema, "", 0, false, new Set());
  return rows;
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A schema with what its `$ref` names in the same document; what is written beside the `$ref` counts more. */
function resolved(schema: unknown, root: Json, hops = 0): Json {
  const own = record(schema);
  if (typeof own.$ref !== "string" || !own.$ref.startsWith("#/") || hops > 8) return own;
  let at: unknown = root;
  for (const token of own.$ref.slice(2).split("/")) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Object.hasOwn(record(at), key) ? record(at)[key] : undefined;
  }
  const { $ref: _, ...beside } = own;
  const target = resolved(at, root, hops + 1);
  return Object.keys(beside).length === 0 ? target : { ...target, ...beside };
}

function told(schema: Json, root: Json): Pick<PropertyRow, "type" | "description" | "rules"> {
  const text = [schema.title, schema.description].filter((one) => typeof one === "string" && one !== "");
  return { type: typeOf(schema, root), description: text.join(": "), rules: rulesOf(schema) };
}

function typeOf(schema: Json, root: Json, depth = 0): string {
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (options && depth < 3) {
    return [...new Set(options.map((one) => typeOf(resolved(one, root), root, depth + 1)))].join(" or ");
  }
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  if (schema.type === "array" && schema.items !== undefined && depth < 3) {
    return `array of ${typeOf(resolved(schema.items, root), root, depth + 1)}`;
  }
  if (typeof schema.type === "string") return schema.type;
  if (schema.properties !== undefined) return "object";
  return "const" in schema || Array.isArray(schema.enum) ? "one of" : "any";
}

const RULES: readonly (readonly [string, (value: unknown) => string])[] = [
  ["enum", (value) => (Array.isArray(value) ? value.map(written).join(", ") : "")],
  ["const", (value) => `always ${written(value)}`],
  ["format", (value) => `${value}`],
  ["pattern", (value) => `matches ${value}`],
  ["minimum", (value) => `at least ${value}`],
  ["exclusiveMinimum", (value) => `more than ${value}`],
  ["maximum", (value) => `at most ${value}`],
  ["exclusiveMaximum", (value) => `less than ${value}`],
  ["multipleOf", (value) => `a multiple of ${value}`],
  ["minLength", (value) => `${value} characters or more`],
  ["maxLength", (value) => `${value} characters or fewer`],
  ["minItems", (value) => `${value} items or more`],
  ["maxItems", (value) => `${value} items or fewer`],
  ["uniqueItems", (value) => (value === true ? "no item twice" : "")],
  ["default", (value) => `default ${written(value)}`],
];

function rulesOf(schema: Json): string[] {
  return RULES.flatMap(([key, tell]) => (Object.hasOwn(schema, key) ? [tell(schema[key])] : [])).filter(Boolean);
}

function written(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
