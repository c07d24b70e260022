import { Group, Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { saveSchedule, scheduleKeys, type TriggerDocument } from "@/api/triggers";

import { type Fields, TriggerForm } from "./TriggerForm";

const DEFAULTS = { timezone: "UTC", overlap: "skip", catch_up: "1h", priority: 0, enabled: true };
const EMPTY = { name: "", scenario_id: "", cron: "", ...DEFAULTS, description: "", input: "{}" };

const COMMON = [
  { value: "0 * * * *", label: "Every hour" },
  { value: "0 9 * * *", label: "Every day at 9:00" },
  { value: "0 9 * * MON-FRI", label: "Monday to Friday at 9:00" },
  { value: "0 9 * * MON", label: "Every Monday at 9:00" },
  { value: "0 9 1 * *", label: "The first of every month at 9:00" },
];

const OVERLAPS = [
  { value: "skip", label: "Skip the slot" },
  { value: "queue", label: "Start when it has ended" },
  { value: "allow", label: "Start beside it" },
];

interface Props {
  document: TriggerDocument | null;
  /** That the change is made from; null for a new one. */
  revision: string | null;
  onSaved: (name: string) => void;
  onCancel: () => void;
}

/** A schedule as a form. */
export function ScheduleForm({ document, revision, onSaved, onCancel }: Props) {
  const cache = useQueryClient();
  return (
    <TriggerForm
      document={document}
      empty={EMPTY}
      defaults={DEFAULTS}
      inputDescription="Plain JSON, the input of every run"
      to={saveSchedule}
      save={(name, changed) => saveSchedule(name, changed, revision)}
      onSaved={(name) => {
        void cache.invalidateQueries({ queryKey: scheduleKeys.all });
        onSaved(name);
      }}
      onCancel={onCancel}
    >
      {(fields) => <When {...fields} />}
    </TriggerForm>
  );
}

function When({ draft, set, problems }: Fields) {
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  return (
    <>
      <Group grow align="flex-start">
        <TextInput
          label="Times"
          description="Cron: minute, hour, day, month, weekday"
          required
          placeholder="30 2 * * MON-FRI"
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={String(draft.cron)}
          error={problems.cron}
          onChange={(event) => set("cron", event.currentTarget.value)}
        />
        <Select
          label="Common times"
          description="Fills in the field beside it"
          placeholder="Choose …"
          data={COMMON}
          value={COMMON.find(({ value }) => value === draft.cron)?.value ?? null}
          onChange={(value) => value && set("cron", value)}
        />
      </Group>
      <Select
        label="Time zone"
        searchable
        limit={60}
        data={[...new Set(zones)]}
        value={String(draft.timezone)}
        error={problems.timezone}
        onChange={(value) => set("timezone", value ?? "UTC")}
      />
      <Select
        label="While the last run has not ended"
        data={OVERLAPS}
        allowDeselect={false}
        value={String(draft.overlap)}
        error={problems.overlap}
        onChange={(value) => set("overlap", value ?? "skip")}
      />
      <TextInput
        label="Catch up"
        description="A slot that nobody was there for still fires so much later; such as 30m, 1h, 7d; 0s for not at all"
        value={String(draft.catch_up)}
        error={problems.catch_up}
        onChange={(event) => set("catch_up", event.currentTarget.value)}
      />
    </>
  );
}
