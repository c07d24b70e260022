import { Box, Text } from "@mantine/core";

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
    <Box role="status" mt={4}>
      <Text fz="sm" mb="xs">
        {over
          ? "The time was over: nobody had answered, and the run went on without an answer."
          : "It was answered already, and the first answer counts. Yours was not taken. The first one:"}
      </Text>
      {!over && <JsonView value={first} label="The first answer" maxHeight={240} />}
    </Box>
  );
}
