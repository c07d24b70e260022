import { Stack, Text, Title } from "@mantine/core";

import type { ScenarioDocument } from "@/api/scenarios";
import { JsonView } from "@/components/JsonView";
import { PropertyTable } from "./PropertyTable";

/** What a run of the scenario takes, and what it gives. */
export function SchemaPanel({ document }: { document: ScenarioDocument }) {
  return (
    <Stack gap="xl">
      <Schema
        title="Input"
        schema={document.input_schema}
        none="The scenario says nothing about its input: any object is taken."
      />
      <Schema title="Output" schema={document.output_schema} none="The scenario says nothing about its output." />
    </Stack>
  );
}

function Schema({ title, schema, none }: { title: string; schema: unknown; none: string }) {
  const empty = typeof schema !== "object" || schema === null || Object.keys(schema).length === 0;
  return (
    <section>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {empty ? (
        <Text fz="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <Stack gap="sm">
          <PropertyTable schema={schema} label={`${title} by property`} />
          <details>
            <Text component="summary" fz="sm" mb="xs" style={{ cursor: "pointer" }}>
              JSON Schema
            </Text>
            <JsonView value={schema} label={`JSON Schema of the ${title.toLowerCase()}`} />
          </details>
        </Stack>
      )}
    </section>
  );
}
