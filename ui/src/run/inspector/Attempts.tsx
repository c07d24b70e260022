import { Code, Text } from "@mantine/core";

import { at, between, duration } from "@/components/time";
import type { Attempt, StepView } from "@/live/types";
import classes from "./Inspector.module.css";
import { Section } from "./Section";

/** Every attempt of a step that was tried more than once; earlier ones stay. */
export function Attempts({ step }: { step: StepView }) {
  if (step.attempts.length < 2) return null;
  return (
    <Section title={`Attempts (${step.attempts.length})`}>
      <ol className={classes.list}>
        {step.attempts.map((attempt) => (
          <li key={attempt.attempt}>
            <OneAttempt attempt={attempt} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function OneAttempt({
  attempt: { attempt, started_at, finished_at, error, interrupted, delay },
}: {
  attempt: Attempt;
}) {
  return (
    <>
      <b>{attempt}</b>{" "}
      <Text component="time" dateTime={started_at} c="dimmed" inherit>
        {at(started_at)}
      </Text>
      {finished_at && `, ${duration(between(started_at, finished_at))}`}
      {interrupted && ", interrupted with its process"}
      {error && (
        <div>
          <Code>{error.code}</Code> {error.message}
        </div>
      )}
      {delay !== null && (
        <Text c="dimmed" inherit>
          then a pause of {duration(delay * 1000)}
        </Text>
      )}
    </>
  );
}
