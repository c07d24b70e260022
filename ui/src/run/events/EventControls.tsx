import { Button, Chip, Group, Select, Text, TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy, IconSearch } from "@tabler/icons-react";

import type { SeenEvent } from "@/live/types";
import { usePlace } from "@/run/place";
import classes from "./Events.module.css";
import type { EventFilter } from "./filter";

const TYPES = [
  "run_started",
  "step_started",
  "step_retrying",
  "step_waiting",
  "step_resumed",
  "step_progress",
  "step_log",
  "step_finished",
  "run_waiting",
  "run_resumed",
  "run_finished",
];

interface Props {
  events: readonly SeenEvent[];
  shown: readonly SeenEvent[];
  filter: EventFilter;
  onFilter: (filter: EventFilter) => void;
  absolute: boolean;
  onAbsolute: (absolute: boolean) => void;
  following: boolean;
  onFollowing: (following: boolean) => void;
}

/** Which events are shown, and how. */
export function EventControls({ events, shown, filter, onFilter, ...how }: Props) {
  const { step } = usePlace();
  const change = (more: Partial<EventFilter>) => onFilter({ ...filter, ...more });
  return (
    <Group gap="xs" mb="xs" className={classes.controls}>
      <TextInput
        aria-label="Find events"
        placeholder="Find events"
        leftSection={<IconSearch size={15} aria-hidden />}
        size="xs"
        value={filter.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <Select
        aria-label="Type"
        placeholder="Any type"
        size="xs"
        w={150}
        clearable
        data={TYPES}
        value={filter.type}
        onChange={(type) => change({ type })}
      />
      {(step !== null || filter.step !== null) && (
        <Chip
          size="xs"
          variant="outline"
          checked={filter.step !== null}
          onChange={(on) => change({ step: on ? step : null })}
        >
          Only {filter.step ?? step}
        </Chip>
      )}
      <Chip size="xs" variant="outline" checked={how.absolute} onChange={how.onAbsolute}>
        Time of day
      </Chip>
      <Chip size="xs" variant="outline" checked={how.following} onChange={how.onFollowing}>
        Follow the end
      </Chip>
      <Text fz="xs" c="dimmed">
        {shown.length === events.length
          ? events.length.toLocaleString("en")
          : `${shown.length.toLocaleString("en")} of ${events.length.toLocaleString("en")}`}
      </Text>
      <CopyEvents shown={shown} />
    </Group>
  );
}

/** Copies what is shown as JSON lines; they are written when they are wanted. */
function CopyEvents({ shown }: { shown: readonly SeenEvent[] }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Button
      variant="default"
      size="compact-xs"
      ms="auto"
      leftSection={clipboard.copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
      onClick={() => clipboard.copy(shown.map(({ data }) => JSON.stringify(data)).join("\n"))}
    >
      {clipboard.copied ? "Copied" : "Copy"}
    </Button>
  );
}
