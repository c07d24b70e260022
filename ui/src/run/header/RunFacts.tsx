import { Code, CopyButton, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Moment, Took } from "@/components/Moment";
import { at } from "@/components/time";
import type { RunView } from "@/live/types";
import { ownerName, tellsOwner } from "@/runs/owner";
import { ChildRuns } from "./ChildRuns";

/** What is known of a run beside its steps, and the ways to what it belongs to. */
export function RunFacts({ run }: { run: RunView }) {
  return (
    <Group gap="2px 12px">
      <Link to="/scenarios/$scenarioId" params={{ scenarioId: run.scenario_id }}>
        {run.scenario_id}
      </Link>
      <span>
        started <Moment at={run.started_at} />
        {run.finished_at ? ", took " : ", "}
        <Took from={run.started_at} to={run.finished_at} />
        {run.finished_at ? "" : " so far"}
      </span>
      <Link
        to="/scenarios/$scenarioId"
        params={{ scenarioId: run.scenario_id }}
        search={{ tab: "revisions" }}
        title={`Revision ${run.revision}`}
      >
        revision {run.revision.slice(0, 8)}
      </Link>
      <Owner owner={run.owner} />
      <RunId runId={run.run_id} />
      <Origin run={run} />
      <ChildRuns run={run} />
    </Group>
  );
}

/** Whose run it is; leads to all of theirs. */
function Owner({ owner }: { owner: string }) {
  if (!tellsOwner(owner)) return null;
  return (
    <span>
      of{" "}
      <Link to="/runs" search={{ owner }} title={`The runs of ${owner}`}>
        {ownerName(owner)}
      </Link>
    </span>
  );
}

function RunId({ runId }: { runId: string }) {
  return (
    <CopyButton value={runId}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${runId}`}>
          <UnstyledButton onClick={copy} fz="inherit" aria-label={`Copy the id of the run, ${runId}`}>
            <Code>{runId.slice(0, 8)}</Code>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** What began the run: a schedule, a hook, a step of another run; or the run that it is a fork of. */
function Origin({ run }: { run: RunView }) {
  return (
    <>
      <Trigger trigger={run.trigger} />
      {run.parent_run_id && <RunLink runId={run.parent_run_id}>begun by a step of another run</RunLink>}
      {run.forked_from && (
        <span>
          <RunLink runId={run.forked_from.run_id}>forked from another run</RunLink>
          {run.forked_from.from_step && (
            <>
              {" at "}
              <RunLink runId={run.forked_from.run_id} step={run.forked_from.from_step}>
                {run.forked_from.from_step}
              </RunLink>
            </>
          )}
        </span>
      )}
    </>
  );
}

function Trigger({ trigger }: { trigger: RunView["trigger"] }) {
  if (trigger === null) return null;
  const name = String(trigger.name);
  const slot = typeof trigger.slot === "string" ? ` for ${at(trigger.slot)}` : "";
  return (
    <Text component="span" inherit>
      {trigger.kind === "hook" ? (
        <Link to="/hooks/$name" params={{ name }}>
          hook {name}
        </Link>
      ) : (
        <Link to="/schedules/$name" params={{ name }}>
          schedule {name}
        </Link>
      )}
      {slot}
    </Text>
  );
}

function RunLink({ runId, step, children }: { runId: string; step?: string; children: ReactNode }) {
  return (
    <Link to="/runs/$runId" params={{ runId }} search={step === undefined ? {} : { step }} title={`Run ${runId}`}>
      {children}
    </Link>
  );
}
