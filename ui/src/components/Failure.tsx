import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";

import { ApiError } from "@/api/client";

interface Props {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

/** What went wrong, in the service's own sentence, with its code and what can be done. */
export function Failure({ error, title = "That did not work", onRetry }: Props) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <Stack gap="xs">
        <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
          {message}
        </Text>
        <Group gap="sm">
          {error instanceof ApiError && <Code>{error.code}</Code>}
          {onRetry && (
            <Button size="compact-xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
