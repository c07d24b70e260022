/** What the form draws: a small and tame part of JSON Schema, without references, merges or unknown keywords. */
export interface FormNode {
  /** `json` stands for what has no form: it is written as JSON. Absent where there is a choice. */
  type?: "string" | "number" | "integer" | "boolean" | "object" | "array" | "json";
  title?: string;
  description?: string;
  /** The values that can be chosen, of any type, and what they are called. */
  enum?: unknown[];
  names?: string[];
  anyOf?: FormNode[];
  properties?: Record<string, FormNode>;
  required?: string[];
  additionalProperties?: boolean | FormNode;
  items?: FormNode;
  uniqueItems?: boolean;
  format?: string;
  contentMediaType?: string;
  maxLength?: number;
  maxItems?: number;
  examples?: unknown[];
  /** The default of the schema. It has another name, for the form fills it in itself. */
  starts?: unknown;
  /** What a new item of a list is. */
  default?: unknown;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own value under a key; schemas are untrusted, so nothing is read from the prototype. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
