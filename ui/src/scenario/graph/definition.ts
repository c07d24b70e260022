import type { ScenarioDocument } from "@/api/scenarios";

export type Definition = Readonly<Record<string, unknown>>;

/** The step at a JSON pointer of the document; null when there is none. */
export function definitionAt(document: ScenarioDocument, pointer: string): Definition | null {
  let at: unknown = document;
  for (const token of pointer.split("/").slice(1)) {
    if (typeof at !== "object" || at === null) return null;
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    at = Object.hasOwn(at, key) ? (at as Definition)[key] : undefined;
  }
  return typeof at === "object" && at !== null && !Array.isArray(at) ? (at as Definition) : null;
}

/** Keys that hold steps, which have places of their own in the graph. */
const INSIDE = new Set(["steps", "branches", "cases", "default", "catch", "finally"]);

/** What stands in a heading already. */
const TOLD = new Set(["name", "type", "description"]);

export interface Fields {
  /** What is short: texts, numbers, truth values. */
  readonly short: readonly (readonly [string, string])[];
  readonly long: readonly (readonly [string, unknown])[];
}

/** The keys of a step, those with short values first. */
export function fieldsOf(definition: Definition): Fields {
  const entries = Object.entries(definition).filter(([key]) => !INSIDE.has(key) && !TOLD.has(key));
  const isShort = (value: unknown): boolean => typeof value !== "object" || value === null;
  return {
    short: entries.filter(([, value]) => isShort(value)).map(([key, value]) => [key, String(value)]),
    long: entries.filter(([, value]) => !isShort(value)),
  };
}
