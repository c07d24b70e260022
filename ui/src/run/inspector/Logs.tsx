import { Group, Select, Text } from "@mantine/core";
import { useState } from "react";

import type { LogLine, StepView } from "@/live/types";
import classes from "./Inspector.module.css";
import { gravityOf, LEVELS } from "./levels";
import { Section } from "./Section";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** What a step's tool logged. */
export function Logs({ step }: { step: StepView }) {
  const [level, setLevel] = useState<string>("debug");
  if (step.logs.length === 0) return null;
  const shown = step.logs.filter((line) => gravityOf(line.level) >= gravityOf(level));
  return (
    <Section
      title={`Log (${shown.length === step.logs.length ? shown.length : `${shown.length} of ${step.logs.length}`})`}
    >
      <Group mb={6}>
        <Select
          aria-label="Least level"
          size="xs"
          w={150}
          data={LEVELS.map((each) => ({ value: each, label: each === "debug" ? "every level" : `${each} and graver` }))}
          value={level}
          onChange={(value) => setLevel(value ?? "debug")}
          allowDeselect={false}
        />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={classes.logs} tabIndex={0} aria-label={`Log of ${step.path}`}>
        {shown.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else that tells them apart
          <Line key={place} line={line} />
        ))}
        {shown.length === 0 && (
          <Text fz="sm" p="xs" c="dimmed">
            No line is that grave.
          </Text>
        )}
      </section>
    </Section>
  );
}

function Line({ line: { at, level, logger, data } }: { line: LogLine }) {
  return (
    <div className={classes.line} data-grave={gravityOf(level) >= gravityOf("error") || undefined}>
      <time dateTime={at}>{clock.format(new Date(at))}</time>
      <span className={classes.level} title={logger}>
        {level}
      </span>
      <code>{typeof data === "string" ? data : JSON.stringify(data)}</code>
    </div>
  );
}
