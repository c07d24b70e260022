import type { RJSFSchema } from "@rjsf/utils";

import type { FormNode } from "../schema/node";

/** The library hands on the nodes that it was given, as schemas. */
export const nodeOf = (schema: RJSFSchema): FormNode => schema as unknown as FormNode;
export const schemaOf = (node: FormNode): RJSFSchema => node as unknown as RJSFSchema;

const plain = (text: string): string => text.replaceAll(/[\s_-]/g, "").toLowerCase();

/**
 * What a field is called: its title, or its name when the title only repeats it. An item of a list is called after the
 * list, with its number.
 */
export function labelOf(name: string, title: string): string {
  const item = /^(.*)-(\d+)$/.exec(name);
  const number = item ? String(Number(item[2]) + 1) : "";
  if (item?.[1] !== undefined && title.endsWith(`-${number}`)) {
    return `${labelOf(item[1], title.slice(0, -number.length - 1))} ${number}`;
  }
  return plain(name) === plain(title) ? name : title;
}
