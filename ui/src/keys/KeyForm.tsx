import { Button, Group, NativeSelect, Radio, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { keyKeys, makeKey, type NewKey } from "@/api/keys";
import { scenariosQuery } from "@/api/scenarios";
import { toolsQuery } from "@/api/tools";
import { Failure } from "@/components/Failure";
import { Allowed } from "@/session/Allowed";
import { meaningOf, roles } from "@/session/scopes";
import { problemsByField } from "@/triggers/problemsByField";
import { type Draft, EMPTY, lifetimes, problemsOf, seesEveryRun, wishOf } from "./draft";
import { PatternsField } from "./PatternsField";

interface Props {
  onMade: (key: NewKey) => void;
  onCancel: () => void;
}

const FIELDS = ["name", "role", "every_run", "scenarios", "tools", "expires_at"];

/** What a new key is for, and what it may. */
export function KeyForm({ onMade, onCancel }: Props) {
  const [draft, setDraft] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const cache = useQueryClient();
  const making = useMutation({
    mutationFn: () => makeKey(wishOf(draft, Date.now())),
    onSuccess: (made) => {
      void cache.invalidateQueries({ queryKey: keyKeys.all });
      onMade(made);
    },
  });
  const set = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const own = problemsOf(draft);
  const refused = problemsByField(making.error, FIELDS);
  const problems: Readonly<Record<string, string>> = { ...refused, ...(tried ? own : {}) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(own).length === 0) making.mutate();
  };
  const elsewhere = making.error !== null && (refused[""] !== undefined || Object.keys(refused).length === 0);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {elsewhere && <Failure error={making.error} title="No key was made" />}
        <TextInput
          label="Name"
          description="Whose it is. Keys of one name are one caller: so a key can be replaced by another."
          placeholder="newsroom-ci"
          required
          maxLength={64}
          data-autofocus
          value={draft.name}
          error={problems.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Radio.Group
          label="Role"
          value={draft.role}
          onChange={(value) => set({ role: roles.find((role) => role === value) ?? "viewer" })}
        >
          <Stack gap={8} mt={6}>
            {roles.map((role) => (
              <Radio key={role} value={role} label={role} description={meaningOf[role]} />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group
          label="Runs that it sees"
          value={seesEveryRun(draft) ? "all" : "own"}
          onChange={(value) => set({ everyRun: value === "all" })}
        >
          <Group mt={6} gap="lg">
            <Radio value="own" label="Its own" />
            <Radio value="all" label="Everybody's" />
          </Group>
        </Radio.Group>
        <Names draft={draft} problems={problems} onChange={set} />
        <NativeSelect
          label="Counts for"
          data={[...lifetimes]}
          value={draft.lifetime}
          error={problems.expires_at}
          onChange={(event) => set({ lifetime: event.currentTarget.value })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Allowed to={makeKey}>
            <Button type="submit" loading={making.isPending}>
              Make the key
            </Button>
          </Allowed>
        </Group>
      </Stack>
    </form>
  );
}

interface NamesProps {
  draft: Draft;
  problems: Readonly<Record<string, string>>;
  onChange: (changed: Partial<Draft>) => void;
}

function Names({ draft, problems, onChange }: NamesProps) {
  const scenarios = useQuery(scenariosQuery());
  const tools = useQuery(toolsQuery());
  return (
    <>
      <PatternsField
        label="Scenarios"
        what="scenarios"
        names={scenarios.data?.map(({ scenario_id }) => scenario_id) ?? null}
        value={draft.scenarios}
        error={problems.scenarios}
        onChange={(patterns) => onChange({ scenarios: patterns })}
      />
      <PatternsField
        label="Tools"
        what="tools"
        names={tools.data?.tools.map(({ server, name }) => `${server}/${name}`) ?? null}
        value={draft.tools}
        error={problems.tools}
        onChange={(patterns) => onChange({ tools: patterns })}
      />
    </>
  );
}
