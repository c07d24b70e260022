import { merged } from "./merged";
import { type FormNode, isObject, type JsonObject, own } from "./node";
import { besides, resolved } from "./references";

/** Schemas come from tool servers: beyond these bounds a part is written as JSON, so the form stays small and ends. */
const MAX_NODES = 1500;
const MAX_DEPTH = 12;
/** How often one definition is opened inside of itself. */
const MAX_RECURSION = 2;

interface Place {
  root: unknown;
  depth: number;
  /** The references that led here. */
  trail: readonly string[];
  budget: { left: number };
}

/** The form of a schema. Whatever it cannot draw becomes JSON, there and nowhere else. */
export function formNode(schema: unknown): FormNode {
  return read(schema, { root: schema, depth: 0, trail: [], budget: { left: MAX_NODES } });
}

function read(schema: unknown, place: Place): FormNode {
  place.budget.left -= 1;
  if (!isObject(schema)) return { type: "json" };
  if (place.budget.left < 0 || place.depth > MAX_DEPTH) return asJson(schema);
  const ref = own(schema, "$ref");
  if (ref !== undefined) return referenced(schema, ref, place);
  const parts = own(schema, "allOf");
  if (Array.isArray(parts)) return allOf(schema, parts, place);
  for (const keyword of ["anyOf", "oneOf"] as const) {
    const options = own(schema, keyword);
    if (Array.isArray(options) && options.length > 0) return choice(schema, keyword, options, place);
  }
  return plain(schema, place);
}

function referenced(schema: JsonObject, ref: unknown, place: Place): FormNode {
  const name = String(ref);
  const target = resolved(ref, place.root);
  if (!isObject(target) || place.trail.filter((each) => each === name).length > MAX_RECURSION) return asJson(schema);
  const both = merged(besides(schema), target);
  return both ? read(both, { ...place, trail: [...place.trail, name] }) : asJson(schema);
}

function allOf(schema: JsonObject, parts: unknown[], place: Place): FormNode {
  const { allOf: _parts, ...rest } = schema;
  let all: JsonObject | undefined = rest;
  let trail = place.trail;
  for (const part of parts) {
    if (part === true) continue;
    if (!all || !isObject(part)) return asJson(schema);
    const ref = own(part, "$ref");
    all = merged(all, besides(part));
    if (ref === undefined || !all) continue;
    const target = resolved(ref, place.root);
    trail = [...trail, String(ref)];
    if (!isObject(target) || trail.filter((each) => each === ref).length > MAX_RECURSION + 1) return asJson(schema);
    all = merged(all, target);
  }
  return all ? read(all, { ...place, trail, depth: place.depth + 1 }) : asJson(schema);
}

function choice(schema: JsonObject, keyword: "anyOf" | "oneOf", options: unknown[], place: Place): FormNode {
  const { [keyword]: _options, ...rest } = schema;
  const { title: _title, description: _description, default: _default, examples: _examples, ...shared } = rest;
  const constants = options.map((option) => (isObject(option) && Object.hasOwn(option, "const") ? option : undefined));
  if (constants.every((option) => option !== undefined)) {
    return {
      ...told(schema),
      enum: constants.map((option) => option.const),
      names: constants.map((option) => (typeof option.title === "string" ? option.title : shown(option.const))),
    };
  }
  const nodes: FormNode[] = [];
  for (const option of options) {
    const both = isObject(option) ? merged(option, shared) : undefined;
    nodes.push(both ? read(both, { ...place, depth: place.depth + 1 }) : { type: "json" });
  }
  return nodes.length === 1 && nodes[0] ? { ...nodes[0], ...told(schema) } : { ...told(schema), anyOf: nodes };
}

function plain(schema: JsonObject, place: Place): FormNode {
  if (Object.hasOwn(schema, "const")) return { ...told(schema), enum: [schema.const], names: [shown(schema.const)] };
  const values = own(schema, "enum");
  if (Array.isArray(values)) {
    return { ...told(schema), enum: values, names: namesOf(values, own(schema, "enumNames")) };
  }
  const type = own(schema, "type") ?? impliedType(schema);
  if (Array.isArray(type)) return typeChoice(schema, type, place);
  switch (type) {
    case "string":
      return {
        ...told(schema),
        type: "string",
        ...pick(schema, ["format", "contentMediaType"], "string"),
        ...sizes(schema),
      };
    case "number":
    case "integer":
    case "boolean":
      return { ...told(schema), type: type as "number" | "integer" | "boolean" };
    case "null":
      return { ...told(schema), enum: [null], names: ["null"] };
    case "array":
      return list(schema, place);
    case "object":
      return object(schema, place);
    default:
      return asJson(schema);
  }
}

function impliedType(schema: JsonObject): string | undefined {
  if (isObject(own(schema, "properties")) || isObject(own(schema, "additionalProperties"))) return "object";
  return isObject(own(schema, "items")) ? "array" : undefined;
}

function typeChoice(schema: JsonObject, types: unknown[], place: Place): FormNode {
  const { title: _title, description: _description, default: _default, examples: _examples, ...rest } = schema;
  const nodes = types.map((type) => read({ ...rest, type }, { ...place, depth: place.depth + 1 }));
  return nodes.length === 1 && nodes[0] ? { ...nodes[0], ...told(schema) } : { ...told(schema), anyOf: nodes };
}

function list(schema: JsonObject, place: Place): FormNode {
  const items = own(schema, "items");
  if (!isObject(items) || Object.hasOwn(schema, "prefixItems")) return asJson(schema);
  const item = read(items, { ...place, depth: place.depth + 1 });
  const several = schema.uniqueItems === true && item.enum !== undefined;
  return {
    ...told(schema),
    type: "array",
    items: { ...item, default: newItem(item) },
    ...(several && { uniqueItems: true }),
    ...sizes(schema),
  };
}

/** An item that was added is there at once; where nothing can be said of it, it is null until it is filled in. */
function newItem(item: FormNode): unknown {
  if (item.starts !== undefined) return item.starts;
  if (item.type === "string") return "";
  if (item.type === "array") return [];
  return item.type === "object" ? {} : null;
}

/** Keywords under which the properties depend on the value: a form that knows only some of them would be a dead end. */
const CONDITIONAL = ["then", "else", "dependentSchemas", "dependencies"] as const;

function object(schema: JsonObject, place: Place): FormNode {
  const properties = own(schema, "properties");
  const others = own(schema, "additionalProperties");
  const conditional = CONDITIONAL.some((keyword) => addsProperties(own(schema, keyword), properties));
  if (Object.hasOwn(schema, "patternProperties") || conditional) return asJson(schema, "object");
  if (!isObject(properties) && !isObject(others)) {
    return others === false ? { ...told(schema), type: "object", properties: {} } : asJson(schema, "object");
  }
  const names = isObject(properties) ? Object.keys(properties) : [];
  // A list would be made where a property has the name of an index.
  if (names.some((name) => name === "__proto__" || /^\d+$/.test(name))) return asJson(schema, "object");
  const deeper = { ...place, depth: place.depth + 1 };
  const drawn = names.map((name) => [name, read(isObject(properties) ? properties[name] : {}, deeper)] as const);
  const required = own(schema, "required");
  return {
    ...told(schema),
    type: "object",
    properties: Object.fromEntries(drawn),
    ...(Array.isArray(required) && { required: required.filter((name) => typeof name === "string") }),
    ...(isObject(others) && { additionalProperties: anyValue(read(others, deeper)) }),
    ...(others === true && { additionalProperties: { type: "json" } as const }),
  };
}

/** A further property is drawn with its type; where there is a choice it is JSON. */
function anyValue(node: FormNode): FormNode {
  if (node.type) return node;
  const { anyOf: _anyOf, ...rest } = node;
  return { ...rest, type: node.enum ? "string" : "json" };
}

function addsProperties(condition: unknown, properties: unknown): boolean {
  const known = isObject(properties) ? properties : {};
  const branches = isObject(condition) && !isObject(condition.properties) ? Object.values(condition) : [condition];
  return branches.some(
    (branch) =>
      isObject(branch) &&
      isObject(branch.properties) &&
      Object.keys(branch.properties).some((name) => !Object.hasOwn(known, name)),
  );
}

/** Title, description, default and examples: what every node tells. */
function told(schema: JsonObject): FormNode {
  const examples = own(schema, "examples");
  return {
    ...pick(schema, ["title", "description"], "string"),
    ...(Array.isArray(examples) && examples.length > 0 && { examples: examples.slice(0, 20) }),
    ...(Object.hasOwn(schema, "default") && { starts: schema.default }),
  };
}

function asJson(schema: JsonObject, kind?: "object"): FormNode {
  return { ...told(schema), type: "json", ...(kind && { format: kind }) };
}

function pick(schema: JsonObject, keys: readonly string[], type: "string" | "number"): JsonObject {
  return Object.fromEntries(keys.filter((key) => typeof own(schema, key) === type).map((key) => [key, schema[key]]));
}

const sizes = (schema: JsonObject): JsonObject => pick(schema, ["maxLength", "maxItems"], "number");

/** What values are called; where a text looks like another value, it stands in quotes. */
function namesOf(values: unknown[], given: unknown): string[] {
  const names = values.map(shown);
  return values.map((value, at) => {
    const name: unknown = Array.isArray(given) ? given[at] : undefined;
    if (typeof name === "string" && name !== "") return name;
    const text = shown(value);
    return names.indexOf(text) === names.lastIndexOf(text) ? text : JSON.stringify(value);
  });
}

/** A value as a person reads it: texts as they are, everything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
