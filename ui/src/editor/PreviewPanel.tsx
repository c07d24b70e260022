import { Code, JsonInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";

import { JsonView } from "@/components/JsonView";
import type { Tried } from "./expressionUnder";
import { isRecord } from "./jsonValues";
import classes from "./PreviewPanel.module.css";
import { type Preview, usePreview } from "./usePreview";

const SAMPLE = '{\n  "input": {}\n}';

/** What the expression at the cursor gives: on data that is typed here, evaluated by the service as a run would. */
export function PreviewPanel({ scenarioId, tried }: { scenarioId: string; tried: Tried | null }) {
  const key = `callsheet-sample:${scenarioId}`;
  const [sample, setSample] = useState(() => sessionStorage.getItem(key) ?? SAMPLE);
  const [settled] = useDebouncedValue(sample, 300);
  const data = parsed(settled);
  const preview = usePreview(tried, data);
  const change = (text: string) => {
    setSample(text);
    sessionStorage.setItem(key, text);
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Stack gap="xs">
        <JsonInput
          label="Data"
          description="What the expression sees: input, steps, vars, …"
          value={sample}
          onChange={change}
          error={data ? null : "This is no JSON object."}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8rem" } }}
        />
      </Stack>
      <Stack gap="xs" aria-live="polite">
        {tried ? (
          <>
            <Text fz="sm" fw={500}>
              {tried.kind === "template" ? "Text with holes" : "Expression"}
            </Text>
            <Code block className={classes.words ?? ""} tabIndex={0} aria-label="What is evaluated">
              {tried.words}
              {preview?.kind === "refused" && preview.column !== null && `\n${" ".repeat(preview.column - 1)}^`}
            </Code>
            {preview && <Result preview={preview} />}
          </>
        ) : (
          <Text fz="sm" c="dimmed">
            Put the cursor into an expression, such as the text behind <Code>from</Code>, <Code>when</Code> or inside{" "}
            <Code>$&#123;…&#125;</Code> of a template, to see what it gives.
          </Text>
        )}
      </Stack>
    </SimpleGrid>
  );
}

function Result({ preview }: { preview: Preview }) {
  if (preview.kind === "refused") {
    return (
      <Text fz="sm" className={classes.refused ?? ""}>
        {preview.message}
      </Text>
    );
  }
  if (preview.missing) {
    return <Text fz="sm">No value: a step leaves the key out, or takes its default.</Text>;
  }
  return <JsonView value={preview.result} label="Result" maxHeight={220} />;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
