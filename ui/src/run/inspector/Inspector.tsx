import { ActionIcon, Code, Group, Progress, Text, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { Moment, Took } from "@/components/Moment";
import { StatusBadge } from "@/components/StatusBadge";
import { useFocusBack } from "@/components/useFocusBack";
import { useStep } from "@/live";
import type { StepView } from "@/live/types";
import { definitionOf } from "@/run/definition";
import { usePlace, useShownRun } from "@/run/place";
import { segmentsOf } from "@/run/stepPath";
import { Attempts } from "./Attempts";
import { Definition } from "./Definition";
import { Executions } from "./Executions";
import { FailedInside } from "./FailedInside";
import classes from "./Inspector.module.css";
import { Logs } from "./Logs";
import { RawCall } from "./RawCall";
import { StepMenu } from "./StepMenu";
import { Values } from "./Values";
import { Waits } from "./Waits";

/** Everything that is known of one step, beside what the tab shows. */
export function Inspector({ path }: { path: string }) {
  useFocusBack();
  const { store, document } = useShownRun();
  const { goToStep } = usePlace();
  const step = useStep(store, path);
  const name = segmentsOf(path).at(-1)?.name ?? path;
  const definition = definitionOf(document, name);
  return (
    <aside ref={useInSight(path)} className={classes.panel} aria-label={`Step ${path}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <Title order={2} className={classes.title}>
          {path}
        </Title>
        <Group gap={4} wrap="nowrap">
          {step && <StepMenu step={step} definition={definition} />}
          <ActionIcon variant="subtle" color="gray" onClick={() => goToStep(null)} aria-label="Close the step">
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      {step ? <Known step={step} /> : <Unknown known={definition !== null} />}
      {definition && <Definition definition={definition} />}
    </aside>
  );
}

function Known({ step }: { step: StepView }) {
  return (
    <>
      <Group gap="2px 12px" fz="sm">
        <StatusBadge status={step.status} />
        <Text c="dimmed" fz="sm" component="span">
          {step.type}, began <Moment at={step.started_at} />, {step.finished_at && "took "}
          <Took from={step.started_at} to={step.finished_at} />
          {!step.finished_at && " so far"}
        </Text>
      </Group>
      <Executions step={step} />
      {step.error && (
        <div className={classes.error}>
          <Code>{step.error.code}</Code>
          <Text fz="sm" mt={4} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {step.error.message}
          </Text>
        </div>
      )}
      {!step.error && step.message && <Text fz="sm">{step.message}</Text>}
      {step.status === "running" && step.progress && <HowFar progress={step.progress} />}
      {step.child_run_id && (
        <Text fz="sm">
          <Link to="/runs/$runId" params={{ runId: step.child_run_id }}>
            The run that it began
          </Link>
        </Text>
      )}
      <FailedInside step={step} />
      <Values step={step} />
      <Attempts step={step} />
      <Waits step={step} />
      <Logs step={step} />
      <RawCall step={step} />
    </>
  );
}

function HowFar({ progress: { progress, total, message } }: { progress: NonNullable<StepView["progress"]> }) {
  const label = total === null ? `${progress}` : `${progress} of ${total}`;
  return (
    <div>
      {total !== null && <Progress value={(100 * progress) / total} size="sm" aria-label="Progress" />}
      <Text fz="sm" mt={2} style={{ overflowWrap: "anywhere" }}>
        {message ? `${label}: ${message}` : label}
      </Text>
    </div>
  );
}

function Unknown({ known }: { known: boolean }) {
  return (
    <Text fz="sm" c="dimmed">
      {known
        ? "The run has not come to this step, or went another way."
        : "The run has no such step. The address may be of another run or another revision."}
    </Text>
  );
}

/** On a small window the step is below what is shown: it comes into sight when another one is chosen. */
function useInSight(path: string) {
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is a reason to look again
  useEffect(() => {
    if (globalThis.matchMedia("(max-width: 75em)").matches) panel.current?.scrollIntoView({ block: "start" });
  }, [path]);
  return panel;
}
