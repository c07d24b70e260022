import { Code, JsonInput, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { runsQuery } from "@/api/runs";

import { JsonView } from "@/components/JsonView";
import { ago } from "@/components/time";
import type { Tried } from "@/editor/text/expressionUnder";
import { isRecord } from "@/editor/text/jsonValues";
import classes from "./PreviewPanel.module.css";
import { type Preview, type Roots, usePreview } from "./usePreview";

interface Props {
  scenarioId: string;
  /** The path of the step at the cursor, where that can be told without a run. */
  step: string | null;
  tried: Tried | null;
}

const SAMPLE = '{\n  "input": {}\n}';

/** What the expression at the cursor gives, evaluated by the service: on data of a past run, or on data that is typed here. */
export function PreviewPanel({ scenarioId, step, tried }: Props) {
  const [runId, setRunId] = useState<string | null>(null);
  const [sample, setSample] = useState(() => sessionStorage.getItem(keyOf(scenarioId)) ?? SAMPLE);
  const [settled] = useDebouncedValue(sample, 300);
  const preview = usePreview(tried, runId === null ? typed(settled) : { run_id: runId, ...stepOf(step) });
  const change = (text: string) => {
    setSample(text);
    sessionStorage.setItem(keyOf(scenarioId), text);
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Stack gap="xs">
        <RunSelect scenarioId={scenarioId} value={runId} onChange={setRunId} />
        {runId === null && (
          <JsonInput
            label="Data"
            description="What the expression sees: input, steps, vars, …"
            value={sample}
            onChange={change}
            error={typed(sample) ? null : "This is no JSON object."}
            autosize
            minRows={4}
            maxRows={12}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8rem" } }}
          />
        )}
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

const keyOf = (scenarioId: string): string => `callsheet-sample:${scenarioId}`;

/** A step inside a block has a path for every time that it ran; such a place is seen from the run's end. */
const stepOf = (step: string | null) => (step === null ? {} : { step_path: step });

function typed(text: string): Roots | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { data: value } : null;
  } catch {
    return null;
  }
}

interface RunSelectProps {
  scenarioId: string;
  value: string | null;
  onChange: (runId: string | null) => void;
}

/** The latest runs of this scenario, or none of them. */
function RunSelect({ scenarioId, value, onChange }: RunSelectProps) {
  const { data } = useQuery(runsQuery({ scenario_id: scenarioId }, 20));
  const runs = data?.runs ?? [];
  const now = Date.now();
  return (
    <NativeSelect
      label="On"
      size="xs"
      data={[
        { value: "", label: "data that I type" },
        ...runs.map(({ run_id, status, started_at }) => ({
          value: run_id,
          label: `the run ${run_id.slice(0, 8)}: ${status}, ${ago(started_at, now)}`,
        })),
      ]}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || null)}
    />
  );
}
