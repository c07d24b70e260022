import { Button, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import type { ToolSummary } from "@/api/tools";
import { JsonView } from "@/components/JsonView";
import { SchemaTree } from "./SchemaTree";

/** What a tool takes and gives, as its server says it. */
export function ToolSchemas({ tool }: { tool: ToolSummary }) {
  return (
    <Stack gap="xl">
      <OneSchema title="Takes" schema={tool.input_schema} />
      {tool.output_schema ? (
        <OneSchema title="Gives" schema={tool.output_schema} />
      ) : (
        <section>
          <Title order={2}>Gives</Title>
          <Text fz="sm" c="dimmed">
            The tool does not say what it gives.
          </Text>
        </section>
      )}
      {tool.annotations && (
        <section>
          <Title order={2} mb="xs">
            Annotations
          </Title>
          <JsonView value={tool.annotations} label="annotations" />
        </section>
      )}
    </Stack>
  );
}

function OneSchema({ title, schema }: { title: string; schema: unknown }) {
  const [raw, { toggle }] = useDisclosure();
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{title}</Title>
        <Button size="compact-xs" variant="default" aria-expanded={raw} onClick={toggle}>
          {raw ? "Hide the JSON" : "Show the JSON"}
        </Button>
      </Group>
      <SchemaTree schema={schema} label={`${title}, as a table`} />
      <Collapse expanded={raw} mt="sm">
        {raw && <JsonView value={schema} label={`schema of what it ${title.toLowerCase()}`} />}
      </Collapse>
    </section>
  );
}
