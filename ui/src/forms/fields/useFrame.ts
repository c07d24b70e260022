import type { WidgetProps } from "@rjsf/utils";
import { useId } from "react";

import { labelOf, nodeOf } from "./labels";

/** What stands around every input: its label, what it is for, and what is wrong with it. */
export function useFrame(props: WidgetProps) {
  const { name, label, hideLabel, required, rawErrors, schema } = props;
  const id = useId();
  const text = labelOf(name, label);
  const node = nodeOf(schema);
  const error = rawErrors && rawErrors.length > 0 ? rawErrors.join(" ") : undefined;
  return {
    id,
    // An option of a choice is named by the choice, which stands right above it.
    ...(hideLabel ? { "aria-label": text } : { label: text }),
    ...(node.description !== undefined && !hideLabel && { description: node.description }),
    ...(error !== undefined && { error }),
    errorProps: { role: "alert" },
    disabled: Boolean(props.disabled || props.readonly),
    // Every item of a list is there because somebody added it.
    withAsterisk: required === true && !hideLabel && !isItem(props.id),
    "aria-required": required === true ? true : undefined,
  } as const;
}

/** Whether an id is that of an item: no field of an object that is drawn has a number for a name. */
export const isItem = (id: string): boolean => /\/\d+$/.test(id);
