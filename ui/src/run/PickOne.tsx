import { Group, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";

import type { StepStatus } from "@/api/runs";
import { countsOf } from "./together";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly status: StepStatus;
}

interface Props {
  label: string;
  options: readonly Option[];
  /** Null when none is picked. */
  value: string | null;
  onPick: (value: string | null) => void;
  /** What stands there when none is picked; without it one has to be. */
  none?: string;
}

type Only = "all" | "failed" | "running";

/** Picks one of many executions or iterations: by its number, or among those that failed or are at work. */
export function PickOne({ label, options, value, onPick, none }: Props) {
  const [only, setOnly] = useState<Only>("all");
  const { failed = 0, running = 0 } = countsOf(options);
  const fitting = options.filter((option) => only === "all" || option.status === only || option.value === value);
  return (
    <Group gap={6} wrap="nowrap">
      <Select
        aria-label={label}
        size="xs"
        data={fitting.map(({ value: each, label: text, status }) => ({
          value: each,
          label: status === "success" ? text : `${text} ${status}`,
        }))}
        value={value}
        onChange={onPick}
        limit={60}
        searchable
        clearable={none !== undefined}
        allowDeselect={none !== undefined}
        placeholder={none ?? ""}
        nothingFoundMessage="There is none"
        w={170}
      />
      {(failed > 0 || running > 0) && (
        <SegmentedControl
          size="xs"
          aria-label={`${label}: which`}
          value={only}
          onChange={(wanted) => setOnly(wanted === "failed" || wanted === "running" ? wanted : "all")}
          data={[
            { value: "all", label: "All" },
            ...(failed > 0 || only === "failed" ? [{ value: "failed", label: `${failed} failed` }] : []),
            ...(running > 0 || only === "running" ? [{ value: "running", label: `${running} running` }] : []),
          ]}
        />
      )}
    </Group>
  );
}
