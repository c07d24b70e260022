import { Box, Button, CopyButton, Group, Stack, Text } from "@mantine/core";

import { ApiError } from "@/api/client";
import { JsonView } from "@/components/JsonView";
import type { Call, Exchange } from "./calls";
import { callPath, curlOf } from "./curl";

/** Every request of a call and what was answered, as they were. */
export function RawExchanges({ call }: { call: Call }) {
  return (
    <Stack gap="md">
      {call.exchanges.map((exchange, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: exchanges are only added
        <Box key={index}>
          <Group justify="space-between" mb={4}>
            <Text fz="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              POST {callPath(call.server, call.tool)}
            </Text>
            <CopyButton value={curlOf(window.location.origin, call.server, call.tool, exchange.request)}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="default" onClick={copy}>
                  {copied ? "Copied" : "Copy as curl"}
                </Button>
              )}
            </CopyButton>
          </Group>
          <JsonView value={exchange.request} label={`request ${index + 1}`} />
          <Text fz="sm" ff="monospace" mt="xs" mb={4}>
            {statusOf(exchange)}
          </Text>
          <JsonView value={exchange.response ?? bodyOf(exchange.error)} label={`response ${index + 1}`} />
        </Box>
      ))}
      {call.exchanges.length === 0 && (
        <Text fz="sm" c="dimmed">
          There is no answer yet.
        </Text>
      )}
    </Stack>
  );
}

function statusOf({ response, error }: Exchange): string {
  if (response) return "200";
  return error instanceof ApiError ? `${error.status} ${error.code}` : "no answer";
}

function bodyOf(error: unknown): unknown {
  if (error instanceof ApiError) return error.body;
  return error instanceof Error ? error.message : String(error);
}
