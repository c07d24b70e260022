import { ActionIcon, Button, Chip, Group, Select, Text, TextInput } from "@mantine/core";
import { IconSearch, IconZoomIn, IconZoomOut } from "@tabler/icons-react";

import type { StepStatus } from "@/api/runs";
import { isEverything, type TimelineFilter } from "./rows";
import classes from "./Timeline.module.css";
import type { Zoom } from "./useZoom";

const STATUSES: readonly StepStatus[] = ["running", "waiting", "success", "failed", "skipped", "cancelled"];

interface Props {
  filter: TimelineFilter;
  onFilter: (filter: TimelineFilter) => void;
  zoom: Zoom;
  shown: number;
}

/** Which lines are shown, and how closely. */
export function TimelineControls({ filter, onFilter, zoom, shown }: Props) {
  const change = (more: Partial<TimelineFilter>) => onFilter({ ...filter, ...more });
  return (
    <Group gap="xs" mb="xs" className={classes.controls}>
      <TextInput
        aria-label="Find steps"
        placeholder="Find steps"
        leftSection={<IconSearch size={15} aria-hidden />}
        size="xs"
        value={filter.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        size="xs"
        w={130}
        clearable
        data={[...STATUSES]}
        value={filter.status}
        onChange={(value) => change({ status: STATUSES.find((status) => status === value) ?? null })}
      />
      <Chip
        size="xs"
        variant="outline"
        checked={filter.status === "failed"}
        onChange={(on) => change({ status: on ? "failed" : null })}
      >
        Failed
      </Chip>
      <Chip size="xs" variant="outline" checked={filter.retried} onChange={(retried) => change({ retried })}>
        Tried again
      </Chip>
      {!isEverything(filter) && (
        <Text fz="xs" c="dimmed" role="status">
          {shown.toLocaleString("en")} {shown === 1 ? "line" : "lines"}
        </Text>
      )}
      <Group gap={4} ms="auto" role="group" aria-label="Zoom">
        <ActionIcon
          variant="default"
          size="sm"
          onClick={zoom.further}
          disabled={zoom.factor <= 1}
          aria-label="Zoom out"
        >
          <IconZoomOut size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size="sm" onClick={zoom.closer} aria-label="Zoom in">
          <IconZoomIn size={15} aria-hidden />
        </ActionIcon>
        <Button variant="default" size="compact-xs" onClick={zoom.fit} disabled={zoom.factor === 1}>
          Fit
        </Button>
      </Group>
    </Group>
  );
}
