import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { stepQuery } from "@/api/runs";
import { Failure } from "@/components/Failure";
import { JsonView } from "@/components/JsonView";
import type { StepView } from "@/live/types";
import { usePlace } from "@/run/place";
import { sizeOf } from "@/run/size";
import { Section } from "./Section";

/** Output, error and input of a step; what is too large for an event comes when it is wanted. */
export function Values({ step }: { step: StepView }) {
  const { runId } = usePlace();
  const [wanted, setWanted] = useState(false);
  const whole = useQuery({ ...stepQuery(runId, step.path), enabled: wanted });
  const parts = [
    {
      name: "error.data",
      title: "Data of the error",
      value: step.error?.data ?? null,
      loaded: whole.data?.error?.data,
    },
    { name: "output", title: "Output", value: step.output, loaded: whole.data?.output },
    { name: "input", title: "Input", value: step.input, loaded: whole.data?.input },
  ];
  return parts.map(({ name, title, value, loaded }) => {
    const bytes = step.omitted[name];
    if (bytes === undefined && (value === null || value === undefined)) return null;
    return (
      <Section key={name} title={title}>
        {bytes === undefined || whole.data ? (
          <JsonView value={bytes === undefined ? value : loaded} label={`${title} of ${step.path}`} />
        ) : (
          <>
            <Text fz="sm" mb={4}>
              {sizeOf(bytes)}, too large to be loaded with every event.
            </Text>
            <Button size="compact-sm" variant="default" loading={whole.isFetching} onClick={() => setWanted(true)}>
              Load it
            </Button>
            {whole.error && <Failure error={whole.error} />}
          </>
        )}
      </Section>
    );
  });
}
