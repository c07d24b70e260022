import { TagsInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { hookKeys, saveHook, type TriggerDocument } from "@/api/triggers";

import { type Fields, TriggerForm } from "./TriggerForm";

const DEFAULTS = { tolerance: "5m", priority: 0, enabled: true };
const EMPTY = {
  name: "",
  scenario_id: "",
  secret: "",
  ...DEFAULTS,
  description: "",
  input: '{"from": "body"}',
  headers: "",
};

interface Props {
  document: TriggerDocument | null;
  /** That the change is made from; null for a new one. */
  revision: string | null;
  onSaved: (name: string) => void;
  onCancel: () => void;
}

/** A hook as a form. */
export function HookForm({ document, revision, onSaved, onCancel }: Props) {
  const cache = useQueryClient();
  return (
    <TriggerForm
      document={withHeadersAsText(document)}
      empty={EMPTY}
      defaults={DEFAULTS}
      inputDescription='A value over body, headers and query, such as {"commit": {"from": "body.after"}}'
      to={saveHook}
      save={(name, changed) => saveHook(name, withHeadersAsList(changed), revision)}
      onSaved={(name) => {
        void cache.invalidateQueries({ queryKey: hookKeys.all });
        onSaved(name);
      }}
      onCancel={onCancel}
    >
      {(fields) => <Request {...fields} />}
    </TriggerForm>
  );
}

function Request({ draft, set, problems }: Fields) {
  return (
    <>
      <TextInput
        label="Secret"
        description="The name of the operator's CALLSHEET_SECRET_<NAME>, never its value"
        required
        placeholder="PUSH"
        value={String(draft.secret)}
        error={problems.secret}
        onChange={(event) => set("secret", event.currentTarget.value)}
      />
      <TextInput
        label="Tolerance"
        description="How far the moment of a signature may be from now; at most 1h"
        value={String(draft.tolerance)}
        error={problems.tolerance}
        onChange={(event) => set("tolerance", event.currentTarget.value)}
      />
      <TagsInput
        label="Headers"
        description="Request headers that the input may use, in lower case"
        value={headersOf(String(draft.headers))}
        error={problems.headers}
        onChange={(names) => set("headers", names.join(" "))}
      />
    </>
  );
}

const headersOf = (text: string): string[] => text.split(" ").filter(Boolean);

const withHeadersAsText = (document: TriggerDocument | null): TriggerDocument | null =>
  document && Array.isArray(document.headers) ? { ...document, headers: document.headers.join(" ") } : document;

const withHeadersAsList = (document: TriggerDocument): TriggerDocument =>
  typeof document.headers === "string" ? { ...document, headers: headersOf(document.headers) } : document;
