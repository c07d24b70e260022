import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type RunRow, runQuery, runsQuery } from "@/api/runs";
import { ago } from "@/components/time";
import { pastedRun } from "@/palette/items";
import { shortId } from "../shortId";

interface Props {
  label: string;
  runId: string | undefined;
  onPick: (runId: string | undefined) => void;
}

/** A run by its id, which may be pasted, or by its scenario or message. */
export function RunPicker({ label, runId, onPick }: Props) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 200);
  const picked = useQuery({ ...runQuery(runId ?? ""), enabled: runId !== undefined });
  const title = picked.data && titleOf(picked.data);
  const q = asked === title ? "" : (pastedRun(asked) ?? asked.trim());
  const found = useQuery(runsQuery(q ? { q } : {}, 12));
  const rows = new Map<string, Named>(
    [...(picked.data ? [picked.data] : []), ...(found.data?.runs ?? [])].map((run) => [run.run_id, run]),
  );
  if (runId !== undefined && !rows.has(runId)) rows.set(runId, { run_id: runId });
  return (
    <Select
      label={label}
      placeholder="The id of a run, its scenario or its message"
      searchable
      clearable
      size="xs"
      value={runId ?? null}
      onChange={(value) => onPick(value ?? undefined)}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={found.isFetching ? "Looking …" : "No run fits"}
      data={[...rows.values()].map((run) => ({ value: run.run_id, label: titleOf(run) }))}
      styles={{ option: { overflowWrap: "anywhere" } }}
    />
  );
}

type Named = Pick<RunRow, "run_id"> & Partial<Pick<RunRow, "scenario_id" | "status" | "started_at">>;

const titleOf = ({ run_id, scenario_id, status, started_at }: Named): string =>
  scenario_id && status && started_at ? `${shortId(run_id)} · ${status} · ${ago(started_at)} · ${scenario_id}` : run_id;
