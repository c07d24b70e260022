import { Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { answerStep } from "@/api/runActions";
import { Moment } from "@/components/Moment";
import type { StepView, Wait } from "@/live/types";
import { StepLink } from "@/run/StepLink";
import { Allowed } from "@/session/Allowed";
import { useMay, useSession } from "@/session/useSession";
import { AnswerForm } from "./AnswerForm";
import { knownAs, whyNotTheirs } from "./answerer";
import { type Asked, askedBy, toolOf } from "./asked";
import { Countdown } from "./Countdown";
import classes from "./WaitPanel.module.css";

interface Props {
  step: StepView;
  wait: Wait;
  /** Whether it is the only one: then its form is open at once. */
  alone: boolean;
  /** Somebody does something with the form: it has to stay. */
  onBegin: () => void;
  onClose: () => void;
}

/** What one step waits for, since when and until when; a form where a person is asked. */
export function WaitCard({ step, wait, alone, onBegin, onClose }: Props) {
  const asked = askedBy(wait);
  const over = wait.ended_at !== null;
  return (
    <Box className={classes.card}>
      <Group gap="2px 12px" fz="sm">
        <StepLink path={step.path} />
        <Text c="dimmed" fz="sm">
          since <Moment at={wait.since} />
        </Text>
        {wait.until && !over && <Countdown until={wait.until} what={asked ? "answer within" : "goes on in"} />}
      </Group>
      {asked ? (
        <Question path={step.path} asked={asked} alone={alone} over={over} onBegin={onBegin} />
      ) : (
        <Other wait={wait} />
      )}
      {over && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={onClose}>
          Close
        </Button>
      )}
    </Box>
  );
}

interface QuestionProps {
  path: string;
  asked: Asked;
  alone: boolean;
  over: boolean;
  onBegin: () => void;
}

function Question({ path, asked, alone, over, onBegin }: QuestionProps) {
  const [opened, setOpened] = useState(alone);
  const others = whyNotTheirs(knownAs(useSession()), asked.assignees);
  const may = useMay(answerStep);
  if (may && others !== null && !over) {
    return (
      <>
        <Wording asked={asked} />
        <Text fz="sm" c="dimmed" mt={4} role="note">
          {others}
        </Text>
      </>
    );
  }
  return (
    <>
      {!over && <Wording asked={asked} />}
      {opened ? (
        <AnswerForm path={path} asked={asked} over={over} onBegin={onBegin} />
      ) : (
        <Allowed to={answerStep}>
          <Button size="compact-sm" mt={6} onClick={() => setOpened(true)} aria-label={`Answer ${path}`}>
            Answer …
          </Button>
        </Allowed>
      )}
    </>
  );
}

function Wording({ asked: { message, tool, assignees } }: { asked: Asked }) {
  return (
    <>
      {message && (
        <Text mt={4} fw={550} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {message}
        </Text>
      )}
      <Text fz="sm" c="dimmed">
        {tool ? `The tool ${tool} asks` : "An approval"}
        {assignees.length > 0 && `, for ${assignees.join(", ")}`}
      </Text>
    </>
  );
}

/** What ends by itself. */
function Other({ wait }: { wait: Wait }) {
  const { kind, run_id, scenario_id } = wait.waits_for;
  if (kind === "run" && typeof run_id === "string") {
    return (
      <Text fz="sm">
        For the end of{" "}
        <Link to="/runs/$runId" params={{ runId: run_id }}>
          the run of {String(scenario_id)} that it began
        </Link>
        .
      </Text>
    );
  }
  if (kind === "task") {
    return <Text fz="sm">For a task of the tool {toolOf(wait.waits_for)}, which says by itself when it is done.</Text>;
  }
  return <Text fz="sm">{kind === "time" ? "For its time to come." : `For: ${kind}.`}</Text>;
}
