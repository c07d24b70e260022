import { bestOption } from "./fitting";
import { type FormNode, isObject, type JsonObject } from "./node";

/** The value that a form begins with: defaults, and the only value where there is just one. Nothing else is made up. */
export function startingValue(node: FormNode, required = true): unknown {
  if (node.starts !== undefined) return structuredClone(node.starts);
  if (!required) return undefined;
  if (node.enum?.length === 1) return node.enum[0];
  if (node.type === "object" || (node.type === "json" && node.format === "object")) return startingObject(node);
  const option = node.anyOf?.[bestOption(node.anyOf, undefined)];
  if (option) return startingValue(option);
  return node.type === "array" ? [] : undefined;
}

function startingObject(node: FormNode): JsonObject {
  const entries = Object.entries(node.properties ?? {}).map(
    ([name, property]) => [name, startingValue(property, node.required?.includes(name) ?? false)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The value of an option that was chosen: it keeps what it has in common with the one before. */
export function valueOfOption(option: FormNode, before: unknown): unknown {
  const starts = startingValue(option);
  if (!isObject(starts) || !isObject(before)) return starts;
  const common = Object.keys(option.properties ?? {}).filter(
    (name) => Object.hasOwn(before, name) && !option.properties?.[name]?.enum,
  );
  return { ...starts, ...Object.fromEntries(common.map((name) => [name, before[name]])) };
}

/**
 * The value without what was cleared: a field that holds nothing is left out, and so is an optional object of which
 * nothing is left. In a list nothing can be left out: there it is null.
 */
export function tidy(value: unknown, node?: FormNode): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, node?.items) ?? null);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, held] of Object.entries(value)) {
    const property = node?.properties?.[name];
    const optional = property !== undefined && !node?.required?.includes(name);
    const tidied = tidy(held, property);
    const emptied = isObject(held) && isObject(tidied) && Object.keys(held).length > 0 && isEmpty(tidied);
    if (tidied !== undefined && !(emptied && optional)) kept[name] = tidied;
  }
  return isEmpty(kept) ? kept : { ...constants(node), ...kept };
}

/** What an object that has anything must have, and there is only one value for. */
function constants(node: FormNode | undefined): JsonObject {
  const entries = (node?.required ?? []).map((name) => [name, node?.properties?.[name]?.enum] as const);
  return Object.fromEntries(
    entries.filter(([, values]) => values?.length === 1).map(([name, only]) => [name, only?.[0]]),
  );
}

const isEmpty = (value: JsonObject): boolean => Object.keys(value).length === 0;
