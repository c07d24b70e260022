import { Code, Group, Text, Title } from "@mantine/core";

import { useRunView } from "@/live";
import { useShownRun } from "@/run/place";
import { StepLink } from "@/run/StepLink";
import classes from "./FailedAt.module.css";

/** Why a run failed, before anything else: the step, its sentence and its code. */
export function FailedAt() {
  const run = useRunView(useShownRun().store);
  if (run?.status !== "failed") return null;
  const { error, message } = run;
  return (
    <section className={classes.panel} aria-labelledby="failed">
      <Title order={2} id="failed" className={classes.title}>
        {error?.step ? "A step failed" : "The run failed"}
      </Title>
      <Text fz="sm" mt={4} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {error?.message ?? message}
      </Text>
      <Group gap="sm" mt={6}>
        {error && <Code>{error.code}</Code>}
        {error?.step && (
          <Text fz="sm">
            at <StepLink path={error.step} />
            {error.attempt !== null && error.attempt > 1 ? `, attempt ${error.attempt}` : ""}
          </Text>
        )}
      </Group>
    </section>
  );
}
