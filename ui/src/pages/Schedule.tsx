import { Button, Loader, Stack, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import {
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  type ScheduleDetail,
  saveSchedule,
  scheduleKeys,
  scheduleQuery,
  triggerSchedule,
} from "@/api/triggers";
import { ConfirmButton } from "@/components/ConfirmButton";
import { Failure } from "@/components/Failure";
import { JsonView } from "@/components/JsonView";
import { KeyValues } from "@/components/KeyValues";
import { PageHeader } from "@/components/PageHeader";
import { duration } from "@/components/time";
import { Allowed } from "@/session/Allowed";
import { Problems } from "@/triggers/Problems";
import { ScheduleForm } from "@/triggers/ScheduleForm";
import { Next } from "@/triggers/SchedulesTable";
import { LastSlots, NextSlots } from "@/triggers/Slots";

/** One schedule: when it fires, what became of its slots, and its document. */
export function Schedule() {
  const { name } = useParams({ from: "/schedules/$name" });
  const { data, error, refetch } = useQuery(scheduleQuery(name));
  const [editing, setEditing] = useState(false);
  if (error)
    return <Failure error={error} title={`The schedule ${name} cannot be shown`} onRetry={() => void refetch()} />;
  if (!data) return <Loader size="sm" role="status" aria-label="Loading the schedule" />;
  return (
    <>
      <PageHeader
        title={data.name}
        subtitle={data.description || "A schedule"}
        beside={<Next schedule={data} />}
        actions={!editing && <Actions schedule={data} onEdit={() => setEditing(true)} />}
      />
      <Problems of={data.problems} />
      {editing ? (
        <ScheduleForm
          document={data.document}
          revision={data.revision}
          onSaved={() => setEditing(false)}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <Facts schedule={data} />
      )}
    </>
  );
}

function Facts({ schedule }: { schedule: ScheduleDetail }) {
  const scenario = schedule.scenario_id && (
    <Link to="/scenarios/$scenarioId" params={{ scenarioId: schedule.scenario_id }}>
      {schedule.scenario_id}
    </Link>
  );
  return (
    <Stack gap="lg">
      <KeyValues
        of={[
          ["Scenario", scenario],
          ["Times", schedule.cron && <code>{schedule.cron}</code>],
          ["Time zone", schedule.timezone],
          ["While the last run has not ended", schedule.overlap],
          ["Catches up", schedule.catch_up === null ? null : duration(schedule.catch_up * 1000)],
          ["Priority", schedule.priority],
          ["Where it is kept", schedule.read_only ? `${schedule.source}, and changed there` : "saved here"],
        ]}
      />
      <section>
        <Title order={2} mb="xs">
          Next slots
        </Title>
        <NextSlots of={schedule.next_slots} />
      </section>
      <section>
        <Title order={2} mb="xs">
          Last slots
        </Title>
        <LastSlots of={schedule.last_slots} />
      </section>
      {schedule.document && (
        <section>
          <Title order={2} mb="xs">
            Document
          </Title>
          <JsonView value={schedule.document} label="the document" />
        </section>
      )}
    </Stack>
  );
}

function Actions({ schedule, onEdit }: { schedule: ScheduleDetail; onEdit: () => void }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { name, paused } = schedule;
  const refresh = () => cache.invalidateQueries({ queryKey: scheduleKeys.all });
  return (
    <>
      <ConfirmButton
        to={triggerSchedule}
        question={`Run ${name} now?`}
        explanation="Its scenario runs once with the schedule's input, beside its slots."
        verb="Run now"
        act={async () => {
          const run = await triggerSchedule(name);
          await navigate({ to: "/runs/$runId", params: { runId: run.run_id } });
        }}
      >
        Run now
      </ConfirmButton>
      <ConfirmButton
        to={paused ? resumeSchedule : pauseSchedule}
        question={paused ? `Let ${name} go on?` : `Pause ${name}?`}
        explanation={
          paused ? "Slots count from now." : "Nothing fires until it is resumed; slots in between are not caught up."
        }
        verb={paused ? "Resume" : "Pause"}
        act={async () => {
          await (paused ? resumeSchedule : pauseSchedule)(name);
          await refresh();
        }}
      >
        {paused ? "Resume" : "Pause"}
      </ConfirmButton>
      {!schedule.read_only && (
        <>
          <Allowed to={saveSchedule}>
            <Button variant="default" onClick={onEdit}>
              Edit
            </Button>
          </Allowed>
          <ConfirmButton
            to={deleteSchedule}
            question={`Delete the schedule ${name}?`}
            explanation="Runs that it started go on."
            verb="Delete"
            act={async () => {
              await deleteSchedule(name);
              await navigate({ to: "/triggers" });
              await refresh();
            }}
          >
            Delete
          </ConfirmButton>
        </>
      )}
    </>
  );
}
