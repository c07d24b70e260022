import { ActionIcon, Group } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";

import { useNode } from "@/live";
import type { StepView } from "@/live/types";
import { PickOne } from "@/run/PickOne";
import { beside, whichOf } from "@/run/picks";
import { usePlace, useShownRun } from "@/run/place";

/** The other executions of the same node: the one before, the next one, and any. */
export function Executions({ step }: { step: StepView }) {
  const { store } = useShownRun();
  const { goToStep } = usePlace();
  const { executions } = useNode(store, step.name);
  if (executions.length < 2) return null;
  const before = beside(executions, step.path, -1);
  const after = beside(executions, step.path, 1);
  return (
    <Group gap={6}>
      <ActionIcon
        variant="default"
        aria-label="Execution before"
        disabled={before === null}
        onClick={() => before && goToStep(before.path)}
      >
        <IconChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label="Next execution"
        disabled={after === null}
        onClick={() => after && goToStep(after.path)}
      >
        <IconChevronRight size={16} aria-hidden />
      </ActionIcon>
      <PickOne
        label={`Execution of ${step.name}`}
        options={executions.map(({ path, status }) => ({ value: path, label: whichOf(path) || path, status }))}
        value={step.path}
        onPick={(path) => path !== null && goToStep(path)}
      />
    </Group>
  );
}
