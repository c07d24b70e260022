import { Badge, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { ScheduleRow } from "@/api/triggers";
import { Moment } from "@/components/Moment";

/** All schedules, and when each one fires next. */
export function SchedulesTable({ of }: { of: readonly ScheduleRow[] }) {
  return (
    <Table.ScrollContainer
      minWidth={560}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Schedules", role: "region" } }}
    >
      <Table verticalSpacing="xs" aria-label="Schedules">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Scenario</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th>Next</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((schedule) => (
            <Table.Tr key={schedule.name}>
              <Table.Td>
                <Link to="/schedules/$name" params={{ name: schedule.name }}>
                  {schedule.name}
                </Link>
                {schedule.description && (
                  <Text fz="xs" c="dimmed" lineClamp={1}>
                    {schedule.description}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {schedule.scenario_id && (
                  <Link to="/scenarios/$scenarioId" params={{ scenarioId: schedule.scenario_id }}>
                    {schedule.scenario_id}
                  </Link>
                )}
              </Table.Td>
              <Table.Td>
                <Text ff="monospace" fz="sm" style={{ whiteSpace: "nowrap" }}>
                  {schedule.cron}
                </Text>
                <Text fz="xs" c="dimmed">
                  {schedule.timezone}
                </Text>
              </Table.Td>
              <Table.Td>
                <Next schedule={schedule} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** When it fires next, or why it does not. */
export function Next({ schedule }: { schedule: ScheduleRow }) {
  if (schedule.next) return <Moment at={schedule.next} />;
  const why = schedule.problems.length > 0 ? "has errors" : schedule.paused ? "paused" : "not enabled";
  return (
    <Badge variant="light" color={schedule.problems.length > 0 ? "red" : "gray"} tt="none">
      {why}
    </Badge>
  );
}
