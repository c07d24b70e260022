import { Text } from "@mantine/core";

import { Moment } from "@/components/Moment";
import { at, between, duration } from "@/components/time";
import type { StepView, Wait } from "@/live/types";
import classes from "./Inspector.module.css";
import { Section } from "./Section";

/** What a step waits and waited for. */
export function Waits({ step }: { step: StepView }) {
  if (step.waits.length === 0) return null;
  return (
    <Section title={step.waits.length === 1 ? "Wait" : `Waits (${step.waits.length})`}>
      <ol className={classes.list}>
        {step.waits.map((wait) => (
          <li key={wait.seq}>
            <OneWait wait={wait} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function OneWait({ wait: { waits_for, since, until, ended_at } }: { wait: Wait }) {
  const { kind, message } = waits_for;
  return (
    <>
      <b>{kind}</b>
      {typeof message === "string" && message && `: ${message}`}
      <Text c="dimmed" inherit>
        since <Moment at={since} />
        {ended_at ? `, for ${duration(between(since, ended_at))}` : until ? `, until ${at(until)} at most` : ""}
      </Text>
    </>
  );
}
