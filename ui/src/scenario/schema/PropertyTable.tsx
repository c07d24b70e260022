import { Code, Table, Text } from "@mantine/core";
import { useMemo } from "react";

import { type PropertyRow, propertyRows } from "./properties";

/** A schema as one reads it: a line for each property. */
export function PropertyTable({ schema, label }: { schema: unknown; label: string }) {
  const rows = useMemo(() => propertyRows(schema), [schema]);
  if (rows.length === 0) return null;
  return (
    <Table.ScrollContainer
      minWidth={560}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": label } }}
    >
      <Table verticalSpacing={6} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">Property</Table.Th>
            <Table.Th w="20%">Type</Table.Th>
            <Table.Th>What it is</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.path} row={row} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ row }: { row: PropertyRow }) {
  return (
    <Table.Tr style={{ verticalAlign: "top" }}>
      <Table.Td style={{ paddingInlineStart: `${0.6 + row.depth * 1.1}rem`, overflowWrap: "anywhere" }}>
        <Code>{row.path}</Code>
        {row.required && (
          <Text fz="xs" c="dimmed">
            required
          </Text>
        )}
      </Table.Td>
      <Table.Td>{row.type}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        {row.description && <Text fz="sm">{row.description}</Text>}
        {row.rules.length > 0 && (
          <Text fz="xs" c="dimmed">
            {row.rules.join(" · ")}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
