import { Group, Text } from "@mantine/core";
import { useMemo } from "react";

import { useSteps } from "@/live";
import { PickOne } from "@/run/PickOne";
import type { Picks } from "@/run/picks";
import { useShownRun } from "@/run/place";
import { treeOf } from "@/run/timeline/tree";
import { countsInWords, countsOf } from "@/run/together";
import { blocksToPick } from "./blocksToPick";

interface Props {
  picks: Picks;
  onPick: (owner: string, iteration: number | null) => void;
}

/** Which iteration of each `foreach` and `loop` the graph shows; without a pick it counts all of them. */
export function IterationPickers({ picks, onPick }: Props) {
  const steps = useSteps(useShownRun().store);
  const blocks = useMemo(() => blocksToPick(treeOf(steps), picks), [steps, picks]);
  if (blocks.length === 0) return null;
  return (
    <Group gap="md" mb="xs" role="group" aria-label="Iterations in the graph">
      {blocks.map(({ owner, iterations }) => (
        <Group key={owner} gap={6}>
          <Text fz="sm" ff="monospace">
            {owner}
          </Text>
          <PickOne
            label={`Iteration of ${owner}`}
            none={`all ${iterations.length.toLocaleString("en")} counted`}
            options={iterations.map(({ iteration, status }) => ({
              value: String(iteration),
              label: `[${iteration}]`,
              status,
            }))}
            value={picks.has(owner) ? String(picks.get(owner)) : null}
            onPick={(value) => onPick(owner, value === null ? null : Number(value))}
          />
          <Text fz="xs" c="dimmed">
            {countsInWords(countsOf(iterations))}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
