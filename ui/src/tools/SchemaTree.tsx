import { Table, Text } from "@mantine/core";
import { useMemo } from "react";

import classes from "./SchemaTree.module.css";
import { schemaRows } from "./schemaRows";

/** A schema as a table of its properties, nested ones indented. */
export function SchemaTree({ schema, label }: { schema: unknown; label: string }) {
  const { rows, cut } = useMemo(() => schemaRows(schema), [schema]);
  if (rows.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        It names no properties.
      </Text>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="region" aria-label={label}>
        <Table verticalSpacing={6} fz="sm" className={classes.table ?? ""}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>What it is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.key}>
                <Table.Td className={classes.name ?? ""} style={{ paddingInlineStart: `${0.6 + row.depth * 1.1}rem` }}>
                  {row.name}
                  {row.required && <span className={classes.required}> required</span>}
                </Table.Td>
                <Table.Td className={classes.type ?? ""}>{row.type}</Table.Td>
                <Table.Td>
                  {row.description}
                  {row.rules.length > 0 && (
                    <Text fz="xs" c="dimmed">
                      {row.rules.join(" · ")}
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {cut && (
        <Text fz="xs" c="dimmed" mt={4}>
          It goes on; all of it is in the JSON.
        </Text>
      )}
    </>
  );
}
