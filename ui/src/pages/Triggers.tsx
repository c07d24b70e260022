import { Button, Group, Loader, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { hooksQuery, saveHook, saveSchedule, schedulesQuery } from "@/api/triggers";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { Allowed } from "@/session/Allowed";
import { HooksTable } from "@/triggers/HooksTable";
import { SchedulesTable } from "@/triggers/SchedulesTable";

/** What starts runs by itself: the clock, and signed requests. */
export function Triggers() {
  return (
    <>
      <PageHeader title="Schedules & hooks" subtitle="What starts runs by itself: the clock, and signed requests." />
      <Stack gap="xl">
        <Schedules />
        <Hooks />
      </Stack>
    </>
  );
}

function Schedules() {
  const { data, error, isPending, refetch } = useQuery(schedulesQuery());
  return (
    <section aria-labelledby="schedules">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="schedules">
          Schedules
        </Title>
        <Allowed to={saveSchedule}>
          <Button size="xs" variant="default" renderRoot={(props) => <Link to="/new/schedule" {...props} />}>
            New schedule
          </Button>
        </Allowed>
      </Group>
      {isPending && <Loader size="sm" role="status" aria-label="Loading schedules" />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <EmptyState title="No schedules yet">
          A schedule starts a scenario by the clock. Make one here, or put a file *.schedule.yaml into the scenarios'
          folder.
        </EmptyState>
      )}
      {data && data.length > 0 && <SchedulesTable of={data} />}
    </section>
  );
}

function Hooks() {
  const { data, error, isPending, refetch } = useQuery(hooksQuery());
  return (
    <section aria-labelledby="hooks">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="hooks">
          Hooks
        </Title>
        <Allowed to={saveHook}>
          <Button size="xs" variant="default" renderRoot={(props) => <Link to="/new/hook" {...props} />}>
            New hook
          </Button>
        </Allowed>
      </Group>
      {isPending && <Loader size="sm" role="status" aria-label="Loading hooks" />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <EmptyState title="No hooks yet">
          A hook starts a scenario for a signed request. Make one here, or put a file *.hook.yaml into the scenarios'
          folder.
        </EmptyState>
      )}
      {data && data.length > 0 && <HooksTable of={data} />}
    </section>
  );
}
