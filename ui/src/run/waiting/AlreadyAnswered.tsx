import { Alert, Text } from "@mantine/core";

import { ApiError } from "@/api/client";
import { JsonView } from "@/components/JsonView";

/** The answer that came before ours; null when the error is another one. */
export function firstAnswerOf(error: unknown): Readonly<Record<string, unknown>> | null {
  if (!(error instanceof ApiError) || error.code !== "step.already_answered") return null;
  const { answer } = error.body;
  return typeof answer === "object" && answer !== null ? (answer as Readonly<Record<string, unknown>>) : {};
}

/** Somebody was faster: what they said is what counts. */
export function AlreadyAnswered({ first }: { first: Readonly<Record<string, unknown>> }) {
  const over = first.kind === "timeout";
  return (
    <Alert
      color="yellow"
      variant="light"
      mt="sm"
      title={over ? "The time was over" : "It was answered already"}
      role="status"
    >
      <Text fz="sm" mb="xs">
        {over ? "Nobody answered in time, and the run went on without an answer." : "The first answer counts. It was:"}
      </Text>
      {!over && <JsonView value={first} label="The first answer" maxHeight={240} />}
    </Alert>
  );
}
