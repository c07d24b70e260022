import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { runsQuery } from "@/api/runs";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { RunsTable } from "@/runs/RunsTable";
import { useScenarioPlace } from "./place";

/** The newest runs of the scenario; the list of all runs has the others. */
export function RunsPanel() {
  const { scenarioId, openRun } = useScenarioPlace();
  const { data, error, refetch } = useQuery(runsQuery({ scenario_id: scenarioId }));
  if (error && !data) return <Failure error={error} title="The runs cannot be shown" onRetry={() => void refetch()} />;
  if (!data) return <Text c="dimmed">Loading …</Text>;
  const none = (
    <EmptyState title="It has not run yet" action={<Button onClick={() => openRun(true)}>Run it</Button>}>
      A run appears here as soon as somebody, a schedule, a hook or an MCP client starts this scenario.
    </EmptyState>
  );
  return (
    <Stack gap="sm">
      <RunsTable runs={data.runs} label="Runs of this scenario" scenario={false} keys empty={none} />
      {data.runs.length > 0 && (
        <Group justify="flex-end">
          <Anchor fz="sm" renderRoot={(props) => <Link to="/runs" search={{ scenario_id: scenarioId }} {...props} />}>
            {data.next_cursor ? "All runs of this scenario" : "Filter these runs, or act on many"}
          </Anchor>
        </Group>
      )}
    </Stack>
  );
}
