import { Textarea, TextInput } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";
import { type ClipboardEvent, useState } from "react";

import { shown } from "../schema/formNode";
import type { FormNode } from "../schema/node";
import { nodeOf } from "./labels";
import { localOf, momentOf } from "./moment";
import { isItem, useFrame } from "./useFrame";

const INPUT_TYPES: Readonly<Record<string, string>> = { email: "email", uri: "url", date: "date" };
const LONG = /(^|_)(text|body|prompt|content|message|markdown|html|code|query|sql|comment|notes?)$/i;

/** A text or a number: one line, several where they are likely or already there, the browser's picker for moments. */
export function TextField(props: WidgetProps) {
  const { value, schema, name, onChange, id } = props;
  const frame = useFrame(props);
  const node = nodeOf(schema);
  const text = value === undefined || value === null ? "" : String(value);
  const [lines, setLines] = useState(false);
  if (node.format === "date-time" && (text === "" || localOf(text) !== undefined)) return <MomentField {...props} />;
  // In a list an empty text stays where it is; a field is left out.
  const nothing = isItem(id) && node.type === "string" ? "" : undefined;
  const common = {
    ...frame,
    value: text,
    placeholder: exampleOf(node),
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange(event.currentTarget.value === "" ? nothing : event.currentTarget.value),
  };
  if (node.type === "string" && (lines || text.includes("\n") || isLong(node, name))) {
    return <Textarea {...common} autosize minRows={2} maxRows={14} autoFocus={lines} />;
  }
  // One line would drop the breaks of a pasted text.
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData("text");
    if (node.type !== "string" || !pasted.includes("\n")) return;
    event.preventDefault();
    setLines(true);
    onChange(text + pasted);
  };
  return (
    <TextInput
      {...common}
      onPaste={onPaste}
      type={INPUT_TYPES[node.format ?? ""] ?? (node.format === "password" ? "password" : "text")}
      inputMode={node.type === "integer" ? "numeric" : node.type === "number" ? "decimal" : undefined}
      autoComplete="off"
    />
  );
}

function MomentField(props: WidgetProps) {
  const frame = useFrame(props);
  const local = typeof props.value === "string" ? (localOf(props.value) ?? "") : "";
  return (
    <TextInput
      {...frame}
      type="datetime-local"
      step={1}
      description={[frame.description, "In your time zone; it is sent in UTC."].filter(Boolean).join(" ")}
      value={local}
      onChange={(event) => props.onChange(momentOf(event.currentTarget.value))}
    />
  );
}

function isLong(node: FormNode, name: string): boolean {
  if (node.format !== undefined && node.format !== "textarea") return false;
  return (
    node.format === "textarea" || node.contentMediaType !== undefined || (node.maxLength ?? 0) > 300 || LONG.test(name)
  );
}

function exampleOf(node: FormNode): string | undefined {
  const [example] = node.examples ?? [];
  return example === undefined ? undefined : shown(example).slice(0, 200);
}
