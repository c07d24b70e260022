import { Badge, Code, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { HookRow } from "@/api/triggers";

/** All hooks, and whether they take requests. */
export function HooksTable({ of }: { of: readonly HookRow[] }) {
  return (
    <Table.ScrollContainer
      minWidth={560}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Hooks", role: "region" } }}
    >
      <Table verticalSpacing="xs" aria-label="Hooks">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Scenario</Table.Th>
            <Table.Th>Address</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((hook) => (
            <Table.Tr key={hook.name}>
              <Table.Td>
                <Link to="/hooks/$name" params={{ name: hook.name }}>
                  {hook.name}
                </Link>
                {hook.description && (
                  <Text fz="xs" c="dimmed" lineClamp={1}>
                    {hook.description}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {hook.scenario_id && (
                  <Link to="/scenarios/$scenarioId" params={{ scenarioId: hook.scenario_id }}>
                    {hook.scenario_id}
                  </Link>
                )}
              </Table.Td>
              <Table.Td>
                <Code>{hook.url}</Code>
              </Table.Td>
              <Table.Td>
                <Readiness hook={hook} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Whether a hook takes requests, else why not. */
export function Readiness({ hook }: { hook: HookRow }) {
  if (hook.ready) {
    return (
      <Badge variant="light" color="green" tt="none">
        ready
      </Badge>
    );
  }
  const broken = hook.problems.length > 0;
  const why = broken ? "has errors" : hook.enabled ? `secret ${hook.secret ?? ""} is not set` : "not enabled";
  return (
    <Badge variant="light" color={broken || hook.enabled ? "red" : "gray"} tt="none">
      {why}
    </Badge>
  );
}
