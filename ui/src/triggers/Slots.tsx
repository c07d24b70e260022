import { List, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { ScheduleDetail } from "@/api/triggers";
import { Moment } from "@/components/Moment";
import { at } from "@/components/time";

/** The next moments of a schedule, exactly. */
export function NextSlots({ of }: { of: readonly string[] }) {
  if (of.length === 0) return <Text fz="sm">Its times never come.</Text>;
  return (
    <List size="sm" type="ordered">
      {of.map((slot) => (
        <List.Item key={slot}>
          <time dateTime={slot}>{at(slot)}</time>
        </List.Item>
      ))}
    </List>
  );
}

/** What was decided about the last slots, and the runs that came of them. */
export function LastSlots({ of }: { of: ScheduleDetail["last_slots"] }) {
  if (of.length === 0) return <Text fz="sm">None yet. What is decided about a slot is kept for eight days.</Text>;
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Last slots", role: "region" } }}
    >
      <Table aria-label="Last slots">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Slot</Table.Th>
            <Table.Th>Decision</Table.Th>
            <Table.Th>Run</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((slot) => (
            <Table.Tr key={slot.at}>
              <Table.Td>
                <Moment at={slot.at} />
              </Table.Td>
              <Table.Td c={slot.decision === "failed" ? "var(--status-failed)" : undefined}>{slot.decision}</Table.Td>
              <Table.Td>
                {slot.run_id && (
                  <Link to="/runs/$runId" params={{ runId: slot.run_id }}>
                    {slot.run_id.slice(0, 8)}
                  </Link>
                )}
              </Table.Td>
              <Table.Td>{slot.reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
