import { Textarea } from "@mantine/core";
import type { FieldProps } from "@rjsf/utils";
import { useEffect, useId, useState } from "react";

import { parsedText, textOf } from "../jsonText";
import { same } from "../schema/merged";
import { tidy } from "../schema/startingValue";
import classes from "./JsonField.module.css";
import { labelOf, nodeOf } from "./labels";
import { useUnparsed } from "./unparsed";

/** A part that has no form of its own: its value as JSON. */
export function JsonField({
  schema,
  name,
  formData,
  fieldPathId,
  required,
  rawErrors,
  disabled,
  uiSchema,
  onChange,
}: FieldProps) {
  const id = useId();
  const node = nodeOf(schema);
  const { text, broken, write } = useJsonText(formData, (value) => onChange(value, fieldPathId.path));
  const unparsed = useUnparsed();
  useEffect(() => {
    unparsed(id, broken !== undefined);
    return () => unparsed(id, false);
  }, [id, broken, unparsed]);
  const label = labelOf(name, node.title ?? name) || "Value";
  const hidden = uiSchema?.["ui:options"]?.label === false;
  return (
    <Textarea
      id={id}
      {...(hidden ? { "aria-label": label } : { label: `${label} (JSON)`, withAsterisk: required === true })}
      description={hidden ? undefined : node.description}
      error={broken ?? (rawErrors?.length ? rawErrors.join(" ") : undefined)}
      errorProps={{ role: "alert" }}
      classNames={{ input: classes.text ?? "" }}
      value={text}
      placeholder={node.examples?.[0] === undefined ? undefined : JSON.stringify(node.examples[0])}
      disabled={disabled ?? false}
      autosize
      minRows={2}
      maxRows={16}
      spellCheck={false}
      onChange={(event) => write(event.currentTarget.value)}
    />
  );
}

/** The text as it is typed, beside the value that it says; a value from elsewhere replaces the text. */
export function useJsonText(value: unknown, onChange: (value: unknown) => void) {
  const [text, setText] = useState(() => textOf(value));
  const parsed = parsedText(text);
  const [said, setSaid] = useState(value);
  if (!same(value, said)) {
    setSaid(value);
    if (!parsed.ok || !same(tidy(parsed.value), tidy(value))) setText(textOf(value));
  }
  const write = (next: string) => {
    setText(next);
    const result = parsedText(next);
    if (!result.ok) return;
    setSaid(result.value);
    if (!same(result.value, value)) onChange(result.value);
  };
  return { text, write, broken: parsed.ok ? undefined : parsed.message };
}
