import { Button, Modal, Radio, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { ApiError } from "@/api/client";
import { forkRun } from "@/api/runActions";
import { scenarioQuery } from "@/api/scenarios";
import { Failure } from "@/components/Failure";
import { useFocusBack } from "@/components/useFocusBack";
import { SchemaForm } from "@/forms";
import { useRunView, useSteps } from "@/live";
import type { RunView } from "@/live/types";
import { useShownRun } from "@/run/place";
import { problemAt, problemsUnder } from "@/run/problems";
import { NotAllowed } from "@/session/NotAllowed";
import { useMay } from "@/session/useSession";
import { forkWishOf } from "./forkWish";

interface Props {
  fromStep: string | null;
  onClose: () => void;
}

/** Makes a new run of this one: from a step, with another input, with another revision. */
export function ForkDialog({ fromStep, onClose }: Props) {
  useFocusBack();
  const run = useRunView(useShownRun().store);
  const may = useMay(forkRun);
  return (
    <Modal opened onClose={onClose} title="Fork this run" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      {run && may && <ForkForm run={run} first={fromStep} />}
      <NotAllowed to={forkRun} />
    </Modal>
  );
}

function ForkForm({ run, first }: { run: RunView; first: string | null }) {
  const [from, setFrom] = useState(first);
  const [revision, setRevision] = useState<"same" | "latest">("same");
  const [input, setInput] = useState<unknown>(run.input ?? {});
  const schema = useInputSchema(run.scenario_id, revision);
  const tooLarge = run.omitted.input !== undefined;
  const navigate = useNavigate();
  const forking = useMutation({
    mutationFn: (given: unknown) =>
      forkRun(run.run_id, forkWishOf({ from, revision, input: tooLarge ? null : given, was: run.input })),
    onSuccess: (made) => navigate({ to: "/runs/$runId", params: { runId: made.run_id } }),
  });
  const { error } = forking;
  const ofInput = useMemo(() => (isAbout(error, "input.invalid") ? problemsUnder(error, "") : []), [error]);
  const ofStep = problemAt(error, "/from_step");
  return (
    <Stack gap="md">
      <FromStep from={from} onChange={setFrom} problem={ofStep} />
      <Radio.Group
        label="Revision of the scenario"
        value={revision}
        onChange={(value) => setRevision(value === "latest" ? "latest" : "same")}
      >
        <Stack gap={6} mt={6}>
          <Radio value="same" label={`As it was (${run.revision.slice(0, 8)})`} />
          <Radio value="latest" label="The newest" />
        </Stack>
      </Radio.Group>
      {error && ofInput.length === 0 && ofStep === null && <Failure error={error} title="The run was not forked" />}
      {tooLarge && <Text fz="sm">The input is too large to be changed here: the fork takes it over.</Text>}
      {tooLarge ? (
        <Button onClick={() => forking.mutate(null)} loading={forking.isPending} style={{ alignSelf: "flex-start" }}>
          Fork the run
        </Button>
      ) : (
        <SchemaForm
          id="fork"
          schema={schema}
          value={input}
          onChange={setInput}
          onSubmit={(value) => forking.mutate(value)}
          submitLabel="Fork the run"
          to={forkRun}
          busy={forking.isPending}
          problems={ofInput}
        />
      )}
    </Stack>
  );
}

const isAbout = (error: unknown, code: string): boolean => error instanceof ApiError && error.code === code;

interface FromStepProps {
  from: string | null;
  onChange: (path: string | null) => void;
  problem: string | null;
}

function FromStep({ from, onChange, problem }: FromStepProps) {
  const paths = useSteps(useShownRun().store).map((step) => step.path);
  return (
    <Select
      label="Begin with"
      description="What had ended before this step is taken over and not executed again. The step and all after it have their effects once more."
      placeholder="the first step: everything is executed anew"
      data={from === null || paths.includes(from) ? paths : [from, ...paths]}
      value={from}
      onChange={onChange}
      error={problem}
      limit={50}
      searchable
      clearable
      nothingFoundMessage="The run has no such step"
    />
  );
}

/** What the fork's input must fit: it depends on the revision. */
function useInputSchema(scenarioId: string, revision: "same" | "latest"): object {
  const { document } = useShownRun();
  const newest = useQuery({ ...scenarioQuery(scenarioId), enabled: revision === "latest" });
  const chosen = (revision === "latest" ? newest.data?.document : undefined) ?? document;
  const schema = chosen?.input_schema;
  return typeof schema === "object" && schema !== null ? schema : {};
}
