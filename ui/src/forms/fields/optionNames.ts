import { shown } from "../schema/formNode";
import type { FormNode } from "../schema/node";

const TYPE_NAMES = {
  string: "Text",
  number: "Number",
  integer: "Whole number",
  boolean: "Yes or no",
  object: "Object",
  array: "List",
  json: "JSON",
} as const;

/** A name for each option, no two alike: its title, the constant that tells it from the others, or its type. */
export function optionNames(options: readonly FormNode[]): string[] {
  const names = options.map((option) => option.title ?? constantOf(option) ?? typeName(option));
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name)
      ? name
      : `${name} ${names.slice(0, index + 1).filter((each) => each === name).length}`,
  );
}

function constantOf(option: FormNode): string | undefined {
  const property = Object.values(option.properties ?? {}).find((each) => each.enum?.length === 1);
  return property ? shown(property.enum?.[0]) : undefined;
}

function typeName(option: FormNode): string {
  if (option.enum) return option.enum.length === 1 ? shown(option.enum[0]) : "One of several";
  if (option.anyOf) return "Choice";
  return option.type === "json" && option.format === "object" ? "Object" : TYPE_NAMES[option.type ?? "json"];
}
