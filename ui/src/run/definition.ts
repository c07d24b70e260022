import type { ScenarioDocument } from "@/api/scenarios";

type Definition = Readonly<Record<string, unknown>>;

/** The definition of the step with this name, wherever in the document it lies; null when there is none. */
export function definitionOf(document: ScenarioDocument | null, name: string): Definition | null {
  return document === null ? null : (within(document.steps, name) ?? within(document.on_error, name));
}

/** Keys of a step that hold steps, or what holds steps. */
const INSIDE = ["steps", "branches", "cases", "default", "catch", "finally"] as const;

function within(part: unknown, name: string): Definition | null {
  if (Array.isArray(part)) return first(part, name);
  if (!isRecord(part)) return null;
  if (part.name === name && typeof part.type === "string") return part;
  for (const key of INSIDE) {
    const inside = part[key];
    // The keys of `branches` are names that people chose.
    const found = key === "branches" && isRecord(inside) ? first(Object.values(inside), name) : within(inside, name);
    if (found) return found;
  }
  return null;
}

function first(parts: readonly unknown[], name: string): Definition | null {
  for (const part of parts) {
    const found = within(part, name);
    if (found) return found;
  }
  return null;
}

/** The definition without the steps inside it, which have places of their own. */
export function withoutSteps(definition: Definition): Definition {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => !INSIDE.some((inside) => inside === key)));
}

/** Which tool a step calls; null when it calls none, or when only the service can tell on which server it is. */
export function toolOf(document: ScenarioDocument | null, definition: Definition | null): Tool | null {
  if (definition?.type !== "tool" || typeof definition.tool !== "string") return null;
  const defaults = document?.defaults;
  const server = definition.server ?? (isRecord(defaults) ? defaults.server : undefined);
  return typeof server === "string" ? { server, tool: definition.tool } : null;
}

export interface Tool {
  readonly server: string;
  readonly tool: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
