import { Button, Group, NativeSelect, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import type { RunFilter, RunStatus } from "@/api/runs";
import { scenariosQuery } from "@/api/scenarios";
import { runStatuses } from "@/app/searches";
import { useShortcut } from "@/app/shortcuts";
import { useSession } from "@/session/useSession";
import { ErrorCodeFilter } from "./ErrorCodeFilter";
import { local, type RunsSearch, rangeOf, ranges } from "./filter";
import { ownerName, tellsOwner } from "./owner";

interface Props {
  search: RunsSearch;
  /** The same as the API is asked for it. */
  filter: RunFilter;
  /** Undefined takes a filter away. */
  onChange: (changed: { [Key in keyof RunsSearch]?: RunsSearch[Key] | undefined }) => void;
}

/** What the list of runs shows; all of it is in the address. */
export function RunsFilters({ search, filter, onChange }: Props) {
  return (
    <search aria-label="Runs">
      <Group gap="xs" mb="xs">
        <Words q={search.q ?? ""} onChange={(q) => onChange({ q: q || undefined })} />
        <Scenario scenario={search.scenario_id ?? ""} onChange={(id) => onChange({ scenario_id: id || undefined })} />
        <Started search={search} onChange={onChange} />
        <ErrorCodeFilter code={search.error_code} filter={filter} onChange={(code) => onChange({ error_code: code })} />
        <Owner owner={search.owner} onChange={(owner) => onChange({ owner })} />
      </Group>
      <Statuses status={search.status} onChange={(status) => onChange({ status })} />
    </search>
  );
}

function Words({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const say = useDebouncedCallback(onChange, 250);
  useShortcut("/", "Search the runs", () => input.current?.focus());
  useEffect(() => {
    if (document.activeElement !== input.current) setText(q);
  }, [q]);
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label="Id, scenario or message"
      placeholder="Id, scenario or message"
      leftSection={<IconSearch size={15} aria-hidden />}
      size="xs"
      maxLength={256}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        say(event.currentTarget.value);
      }}
      flex="1 1 14rem"
      maw={360}
    />
  );
}

function Scenario({ scenario, onChange }: { scenario: string; onChange: (id: string) => void }) {
  const { data = [] } = useQuery(scenariosQuery());
  const ids = [...new Set([...data.map((one) => one.scenario_id), ...(scenario ? [scenario] : [])])].sort();
  return (
    <NativeSelect
      aria-label="Scenario"
      size="xs"
      value={scenario}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: "", label: "All scenarios" }, ...ids.map((id) => ({ value: id, label: id }))]}
      maw={240}
    />
  );
}

/** Whose runs: one's own, or those of the owner that a link named. Not there where nobody is asked who they are. */
function Owner({ owner, onChange }: { owner: string | undefined; onChange: (owner: string | undefined) => void }) {
  const subject = useSession()?.subject ?? "";
  const known = [subject, owner ?? ""].filter(tellsOwner);
  if (known.length === 0) return null;
  const names = [...new Set(known)].map((value) => ({
    value,
    label: value === subject ? "My own runs" : `Of ${ownerName(value)}`,
  }));
  return (
    <NativeSelect
      aria-label="Owner"
      size="xs"
      value={owner ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
      data={[{ value: "", label: "Of anybody" }, ...names]}
      maw={240}
    />
  );
}

function Started({ search, onChange }: Omit<Props, "filter">) {
  const [own, setOwn] = useState(false);
  const now = Date.now();
  const range = own ? "own" : rangeOf(search);
  const choose = (value: string) => {
    setOwn(value === "own");
    if (value !== "own") onChange({ started_after: value || undefined, started_before: undefined });
  };
  const moment = (value: string) => (value ? new Date(value).toISOString() : undefined);
  return (
    <>
      <NativeSelect
        aria-label="Started"
        size="xs"
        value={range}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[{ value: "", label: "At any time" }, ...ranges, { value: "own", label: "Between …" }]}
      />
      {range === "own" && (
        <Group gap="xs">
          <TextInput
            type="datetime-local"
            size="xs"
            aria-label="Started after"
            value={local(search.started_after, now)}
            onChange={(event) => onChange({ started_after: moment(event.currentTarget.value) })}
          />
          <span aria-hidden>–</span>
          <TextInput
            type="datetime-local"
            size="xs"
            aria-label="Started before"
            value={local(search.started_before, now)}
            onChange={(event) => onChange({ started_before: moment(event.currentTarget.value) })}
          />
        </Group>
      )}
    </>
  );
}

interface StatusesProps {
  status: RunStatus | undefined;
  onChange: (status: RunStatus | undefined) => void;
}

function Statuses({ status, onChange }: StatusesProps) {
  return (
    <Group component="fieldset" gap={4} bd="none" p={0} m={0}>
      <VisuallyHidden component="legend">Status</VisuallyHidden>
      {[undefined, ...runStatuses].map((one) => (
        <Button
          key={one ?? ""}
          size="compact-xs"
          variant={one === status ? "light" : "subtle"}
          color={one === status ? undefined : "gray"}
          c={one === status ? undefined : "dimmed"}
          aria-pressed={one === status}
          onClick={() => onChange(one)}
        >
          {one ?? "all"}
        </Button>
      ))}
    </Group>
  );
}
