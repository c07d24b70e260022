import { Button, Stack, Title } from "@mantine/core";
import { useState } from "react";

import { useSteps } from "@/live";
import type { StepView, Wait } from "@/live/types";
import { useShownRun } from "@/run/place";
import { WaitCard } from "./WaitCard";
import classes from "./WaitPanel.module.css";

const FEW = 5;

/** What the run waits for; nothing while it waits for nothing. A form that somebody began stays when its time is over. */
export function WaitPanel() {
  const [all, setAll] = useState(false);
  const [begun, setBegun] = useState<ReadonlySet<string>>(new Set());
  const waits = useSteps(useShownRun().store).flatMap((step) =>
    step.waits
      .filter((wait) => wait === step.waiting || begun.has(keyOf(step, wait)))
      .map((wait) => ({ step, wait, key: keyOf(step, wait) })),
  );
  if (waits.length === 0) return null;
  const shown = all ? waits : waits.slice(0, FEW);
  const lasting = waits.filter(({ wait }) => wait.ended_at === null).length;
  return (
    <section className={classes.panel} aria-labelledby="waits" id="waiting" tabIndex={-1}>
      <Title order={2} id="waits" fz="md">
        {lasting > 1 ? `Waiting, ${lasting.toLocaleString("en")} steps` : lasting === 1 ? "Waiting" : "Answered"}
      </Title>
      <Stack gap="sm" mt="xs">
        {shown.map(({ step, wait, key }) => (
          <WaitCard
            key={key}
            step={step}
            wait={wait}
            alone={lasting <= 1}
            onBegin={() => setBegun((before) => (before.has(key) ? before : new Set([...before, key])))}
            onClose={() => setBegun((before) => new Set([...before].filter((each) => each !== key)))}
          />
        ))}
      </Stack>
      {shown.length < waits.length && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setAll(true)}>
          Show all {waits.length.toLocaleString("en")}
        </Button>
      )}
    </section>
  );
}

const keyOf = (step: StepView, wait: Wait): string => `${step.path}:${wait.seq}`;
