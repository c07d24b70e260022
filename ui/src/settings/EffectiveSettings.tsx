import { Code, Table, Text } from "@mantine/core";

import type { SettingRow } from "@/api/settings";

/** Every setting, its value, and where that came from. */
export function EffectiveSettings({ of }: { of: readonly SettingRow[] }) {
  const region = { tabIndex: 0, "aria-label": "Effective settings", role: "region" };
  return (
    <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: region }}>
      <Table verticalSpacing={6} aria-label="Effective settings">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Setting</Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th>Default</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((setting) => (
            <Table.Tr key={setting.name}>
              <Table.Td>
                <Code>{setting.name}</Code>
              </Table.Td>
              <Table.Td fw={setting.source === "the default" ? undefined : 600} style={{ overflowWrap: "anywhere" }}>
                <Value of={setting.value} />
              </Table.Td>
              <Table.Td>{setting.source}</Table.Td>
              <Table.Td c="dimmed">
                <Value of={setting.default} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Value({ of }: { of: unknown }) {
  const none = of === null || of === undefined || of === "" || (Array.isArray(of) && of.length === 0);
  if (none)
    return (
      <Text span inherit>
        none
      </Text>
    );
  return <>{Array.isArray(of) ? of.join(", ") : typeof of === "object" ? JSON.stringify(of) : String(of)}</>;
}
