import { same } from "./merged";
import { type FormNode, isObject } from "./node";

/** How well a value fits a node: 0 not at all, more is better. Rules of size and form do not count: they are problems. */
export function fitting(node: FormNode, value: unknown): number {
  if (value === undefined) return 0;
  if (node.enum) return node.enum.some((each) => same(each, value)) ? 3 : 0;
  if (node.anyOf) return Math.max(0, ...node.anyOf.map((option) => fitting(option, value)));
  switch (node.type) {
    case "json":
      return node.format === "object" && !isObject(value) ? 0 : 1;
    case "integer":
      return Number.isInteger(value) ? 3 : 0;
    case "array":
      return Array.isArray(value) ? 2 + itemsFit(node, value) : 0;
    case "object":
      return isObject(value) ? objectFits(node, value) : 0;
    default:
      return typeof value === node.type ? 2 : 0;
  }
}

function itemsFit(node: FormNode, value: unknown[]): number {
  const { items } = node;
  return items && value.length > 0 && value.every((item) => fitting(items, item) > 0) ? 1 : 0;
}

function objectFits(node: FormNode, value: Record<string, unknown>): number {
  let score = 2;
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    const held = Object.hasOwn(value, name) ? value[name] : undefined;
    if (held === undefined) continue;
    const fits = fitting(property, held) > 0;
    // A constant tells one shape from another, whatever else they have in common.
    if (!fits && property.enum) return 0;
    score += fits ? 2 : 0;
  }
  const missing = (node.required ?? []).filter((name) => !Object.hasOwn(value, name)).length;
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(node.properties ?? {}, name)).length;
  return Math.max(0.1, score - 0.5 * missing - (node.additionalProperties ? 0 : 0.5 * unknown));
}

/** The option that a value fits best, and the first that is not just null while there is none. */
export function bestOption(options: readonly FormNode[], value: unknown): number {
  const scores = options.map((option) => fitting(option, value));
  const best = scores.indexOf(Math.max(...scores));
  if ((scores[best] ?? 0) > 0) return best;
  return Math.max(
    0,
    options.findIndex((option) => !isNull(option)),
  );
}

export function isNull(node: FormNode): boolean {
  return node.enum?.length === 1 && node.enum[0] === null;
}
