import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { ApiError } from "@/api/client";
import { startRun } from "@/api/runActions";
import { runKeys } from "@/api/runs";
import { Failure } from "@/components/Failure";
import { type Problem, SchemaForm } from "@/forms";
import { NotAllowed } from "@/session/NotAllowed";
import { useMay } from "@/session/useSession";
import { ProblemList } from "../ProblemList";
import { useScenarioPlace } from "../place";
import { useShown } from "../shown";
import { exampleOf } from "./example";

/** Asks for the input of a run and begins it. What the service refuses stands at its fields. */
export function RunForm({ onLeave }: { onLeave: () => void }) {
  const { document, checked } = useShown();
  const may = useMay(startRun);
  if (!may) return <NotAllowed to={startRun} />;
  const errors = checked?.diagnostics.filter(({ severity }) => severity === "error") ?? [];
  if (errors.length > 0) return <Broken errors={errors} onLeave={onLeave} />;
  if (!document) return <Text c="dimmed">Loading …</Text>;
  return <Input schema={document.input_schema} />;
}

function Input({ schema }: { schema: unknown }) {
  const { scenarioId } = useScenarioPlace();
  const [value, setValue] = useState<unknown>(undefined);
  const example = useMemo(() => exampleOf(schema), [schema]);
  const navigate = useNavigate();
  const cache = useQueryClient();
  const starting = useMutation({
    mutationFn: (input: unknown) => startRun(scenarioId, isInput(input) ? input : {}),
    onSuccess: async ({ run_id }) => {
      void cache.invalidateQueries({ queryKey: runKeys.lists });
      await navigate({ to: "/runs/$runId", params: { runId: run_id } });
    },
  });
  const problems = useMemo(() => problemsOf(starting.error), [starting.error]);
  return (
    <Stack gap="md">
      {example && (
        <Group>
          <Button variant="default" size="compact-sm" onClick={() => setValue(example)}>
            Fill in the example
          </Button>
        </Group>
      )}
      {starting.error && problems.length === 0 && <Failure error={starting.error} title="The run was not started" />}
      <SchemaForm
        id="run-input"
        schema={ofInput(schema)}
        value={value}
        onChange={setValue}
        onSubmit={(input) => starting.mutate(input)}
        submitLabel="Start the run"
        to={startRun}
        busy={starting.isPending}
        problems={problems}
      />
    </Stack>
  );
}

/** An input is an object, also where a scenario says nothing of it. */
const ANY_OBJECT = { type: "object" };

function ofInput(schema: unknown): object {
  return isInput(schema) && Object.keys(schema).length > 0 ? schema : ANY_OBJECT;
}

type Errors = Parameters<typeof ProblemList>[0]["of"];

function Broken({ errors, onLeave }: { errors: Errors; onLeave: () => void }) {
  const { goToTab } = useScenarioPlace();
  const look = () => {
    onLeave();
    goToTab("source");
  };
  return (
    <Stack gap="md">
      <Text>A scenario with errors cannot run.</Text>
      <ProblemList of={errors} />
      <Group>
        <Button variant="default" onClick={look}>
          Look at the source
        </Button>
      </Group>
    </Stack>
  );
}

function isInput(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The places of the form that a refusal names; none when it is about something else. */
function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof ApiError) || !Array.isArray(error.body.problems)) return [];
  return error.body.problems.filter(isProblem).map(({ pointer, message }) => ({ pointer, message }));
}

function isProblem(value: unknown): value is Problem {
  return isInput(value) && typeof value.pointer === "string" && typeof value.message === "string";
}
