import { Button, Grid, Group, Loader, Modal, Tabs, Text } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";

import { exchange, type ToolSummary } from "@/api/tools";
import { EmptyState } from "@/components/EmptyState";
import { type Problem, SchemaForm } from "@/forms";
import { CallOutcome } from "./CallOutcome";
import type { Call } from "./calls";
import { isDestructive } from "./hints";
import { Questions } from "./Questions";
import { RawExchanges } from "./RawExchanges";
import { RecentCalls } from "./RecentCalls";
import { useCall } from "./useCall";

/** One tool, called by hand and outside of any run. */
export function Playground({ tool }: { tool: ToolSummary }) {
  const { call, show, start, answer, stop } = useCall(tool.server, tool.name);
  const [value, setValue] = useState<unknown>(undefined);
  const [asked, setAsked] = useState<Record<string, unknown> | null>(null);
  const problems = useMemo(() => problemsOf(call), [call]);
  const submit = (given: unknown) => {
    const args = given as Record<string, unknown>;
    if (isDestructive(tool.annotations)) setAsked(args);
    else start(args);
  };
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, md: 5 }}>
        <SchemaForm
          schema={withObject(tool.input_schema)}
          value={value}
          onChange={setValue}
          onSubmit={submit}
          submitLabel="Call"
          to={exchange}
          busy={call?.state === "working"}
          problems={problems}
        />
        <RecentCalls
          server={tool.server}
          tool={tool.name}
          shown={call}
          onShow={show}
          onRepeat={(earlier) => setValue(structuredClone(earlier.arguments))}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        {call ? (
          <CallView call={call} onAnswer={(answers) => answer(call, answers)} onStop={() => stop(call)} />
        ) : (
          <EmptyState title="Nothing was called yet">
            Fill in the arguments and call the tool. The call is real, and belongs to no run; nothing of it is kept.
          </EmptyState>
        )}
      </Grid.Col>
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={`Call ${tool.name}?`} centered>
        <Text fz="sm" mb="md">
          This tool says that it may remove or overwrite something.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
            Do not call it
          </Button>
          <Button
            color="red"
            onClick={() => {
              if (asked) start(asked);
              setAsked(null);
            }}
          >
            Call it
          </Button>
        </Group>
      </Modal>
    </Grid>
  );
}

interface ViewProps {
  call: Call;
  onAnswer: Parameters<typeof Questions>[0]["onAnswer"];
  onStop: () => void;
}

function CallView({ call, onAnswer, onStop }: ViewProps) {
  const last = call.exchanges.at(-1);
  const frame = useRef<HTMLDivElement>(null);
  // In a small window the answer is below the form.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each call
  useEffect(() => {
    frame.current?.scrollIntoView({ block: "nearest" });
  }, [call.id]);
  return (
    <Tabs defaultValue="result" keepMounted={false} ref={frame}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="result">Result</Tabs.Tab>
        <Tabs.Tab value="raw">Raw</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="result" aria-live="polite">
        {call.state === "working" && (
          <Group gap="sm" mb="sm">
            <Loader size="xs" aria-hidden />
            <Text fz="sm">
              {last?.response?.type === "task" ? "The tool works on it as a task." : "The tool is at work."}
            </Text>
            <Button size="compact-xs" variant="default" onClick={onStop}>
              Stop waiting
            </Button>
          </Group>
        )}
        {call.state === "stopped" && (
          <Text fz="sm" mb="sm">
            Nobody waits for it any more. The tool may have run, or still do.
          </Text>
        )}
        {last && <CallOutcome exchange={last} />}
        {call.state === "asks" && last?.response && (
          <Questions key={call.exchanges.length} questions={last.response.requests} onAnswer={onAnswer} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="raw">
        <RawExchanges call={call} />
      </Tabs.Panel>
    </Tabs>
  );
}

/** Arguments are an object, also where a schema forgets to say so. */
function withObject(schema: ToolSummary["input_schema"]): ToolSummary["input_schema"] {
  return Object.hasOwn(schema, "type") ? schema : { ...schema, type: "object" };
}

const NONE: readonly Problem[] = [];

/** What the service found wrong with the arguments, when it did. */
function problemsOf(call: Call | null): readonly Problem[] {
  const error = call?.exchanges.at(-1)?.error;
  if (typeof error !== "object" || error === null || !("body" in error)) return NONE;
  const { problems } = error.body as { problems?: unknown };
  if (!Array.isArray(problems)) return NONE;
  return problems
    .filter(
      (problem): problem is Problem => typeof problem?.pointer === "string" && typeof problem?.message === "string",
    )
    .map(({ pointer, message }) => ({ pointer: pointer.replace(/^\/arguments/, ""), message }));
}
