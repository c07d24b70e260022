import { Button, Group, JsonInput, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import type { Scoped } from "@/api/deed";
import { scenariosQuery } from "@/api/scenarios";
import type { TriggerDocument } from "@/api/triggers";
import { Failure } from "@/components/Failure";
import { Allowed } from "@/session/Allowed";

import { type Draft, documentOf, draftOf } from "./draft";
import { problemsByField } from "./problemsByField";

/** What the fields of one kind of trigger are given. */
export interface Fields {
  draft: Draft;
  set: (key: string, value: string | number | boolean) => void;
  problems: Readonly<Record<string, string>>;
}

interface Props {
  /** The document that is changed; null for a new one. */
  document: TriggerDocument | null;
  empty: Draft;
  defaults: TriggerDocument;
  /** What `input` means here. */
  inputDescription: string;
  /** The fields of this kind alone. */
  children: (fields: Fields) => ReactNode;
  /** What `save` does. */
  to: Scoped;
  save: (name: string, document: TriggerDocument) => Promise<unknown>;
  onSaved: (name: string) => void;
  onCancel: () => void;
}

/** A schedule or a hook as a form; the service checks it, and its problems stand at their fields. */
export function TriggerForm({
  document,
  empty,
  defaults,
  inputDescription,
  children,
  to,
  save,
  onSaved,
  onCancel,
}: Props) {
  const [draft, setDraft] = useState(() => draftOf(document, empty));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const scenarios = useQuery(scenariosQuery());
  const set = (key: string, value: string | number | boolean) => setDraft((before) => ({ ...before, [key]: value }));
  const problems = problemsByField(error, Object.keys(draft));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    setBusy(true);
    try {
      const name = String(draft.name);
      await save(name, documentOf(draft, defaults, document));
      onSaved(name);
    } catch (cause) {
      setError(cause instanceof SyntaxError ? new Error(`The input is not JSON: ${cause.message}`) : cause);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md" maw={640}>
        {error !== null && (problems[""] !== undefined || Object.keys(problems).length === 0) && (
          <Failure error={problems[""] ? new Error(problems[""]) : error} title="It was not saved" />
        )}
        <TextInput
          label="Name"
          description="Small letters, digits, - and _; begins with a letter"
          required
          value={String(draft.name)}
          disabled={document !== null}
          error={problems.name}
          onChange={(event) => set("name", event.currentTarget.value)}
        />
        <Select
          label="Scenario"
          required
          searchable
          data={(scenarios.data ?? []).map(({ scenario_id }) => scenario_id)}
          value={String(draft.scenario_id) || null}
          error={problems.scenario_id}
          onChange={(value) => set("scenario_id", value ?? "")}
        />
        {children({ draft, set, problems })}
        <JsonInput
          label="Input"
          description={inputDescription}
          autosize
          minRows={3}
          maxRows={16}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={draft.input}
          error={problems.input}
          onChange={(value) => set("input", value)}
        />
        <TextInput
          label="Description"
          value={String(draft.description)}
          error={problems.description}
          onChange={(event) => set("description", event.currentTarget.value)}
        />
        <NumberInput
          label="Priority"
          description="Of its runs: higher ones get a free place first"
          min={-100}
          max={100}
          value={Number(draft.priority)}
          error={problems.priority}
          onChange={(value) => set("priority", typeof value === "number" ? value : 0)}
        />
        <Switch
          label="Enabled"
          checked={draft.enabled === true}
          onChange={(event) => set("enabled", event.currentTarget.checked)}
        />
        <Group>
          <Allowed to={to}>
            <Button type="submit" loading={busy}>
              Save
            </Button>
          </Allowed>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
