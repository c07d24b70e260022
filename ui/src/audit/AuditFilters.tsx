import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

import { useShortcut } from "@/app/shortcuts";
import { ranges } from "@/runs/filter";
import { type AuditSearch, families } from "./filter";

interface Props {
  search: AuditSearch;
  /** Undefined takes a filter away. */
  onChange: (changed: { [Key in keyof AuditSearch]?: AuditSearch[Key] | undefined }) => void;
}

const NOTHING = { subject: undefined, action: undefined, target: undefined, after: undefined, before: undefined };

/** Which acts are shown; all of it is in the address. */
export function AuditFilters({ search, onChange }: Props) {
  const { subject = "", action = "", target = "", after = "" } = search;
  const known = families.some(({ value }) => value === action);
  const range = ranges.some(({ value }) => value === after) ? after : after && "own";
  return (
    <search aria-label="Audit log">
      <Group gap="xs" mb="sm">
        <Text
          label="Who"
          hint="Who, such as key:ci"
          keys="/"
          value={subject}
          onChange={(text) => onChange({ subject: text || undefined })}
        />
        <NativeSelect
          aria-label="What"
          size="xs"
          value={action}
          onChange={(event) => onChange({ action: event.currentTarget.value || undefined })}
          data={[...families, ...(known ? [] : [{ value: action, label: action }])]}
        />
        <Text
          label="Target"
          hint="Run, scenario, key …"
          value={target}
          onChange={(text) => onChange({ target: text || undefined })}
        />
        <NativeSelect
          aria-label="When"
          size="xs"
          value={range}
          onChange={(event) => onChange({ after: event.currentTarget.value || undefined, before: undefined })}
          data={[
            { value: "", label: "At any time" },
            ...ranges,
            ...(range === "own" ? [{ value: "own", label: "As the address says" }] : []),
          ]}
        />
        {Object.keys(search).length > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(NOTHING)}>
            All
          </Button>
        )}
      </Group>
    </search>
  );
}

interface TextProps {
  label: string;
  hint: string;
  keys?: string;
  value: string;
  onChange: (text: string) => void;
}

function Text({ label, hint, keys, value, onChange }: TextProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const say = useDebouncedCallback((next: string) => onChange(next.trim()), 300);
  useShortcut(keys ?? "", "Search the log", () => input.current?.focus(), { enabled: keys !== undefined });
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      aria-label={label}
      placeholder={hint}
      maxLength={256}
      maw={230}
      flex="1 1 10rem"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        say(event.currentTarget.value);
      }}
    />
  );
}
