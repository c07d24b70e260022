import { Badge, Group, Progress, Stack, Text, Title } from "@mantine/core";

import { ApiError } from "@/api/client";
import type { CallResponse } from "@/api/tools";
import { Failure } from "@/components/Failure";
import { JsonView } from "@/components/JsonView";
import { duration } from "@/components/time";
import { ContentBlock } from "./ContentBlock";
import type { Exchange } from "./calls";
import { ranSentence } from "./ran";

/** What came of a call: the tool's answer, or why there is none. */
export function CallOutcome({ exchange: { response, error } }: { exchange: Exchange }) {
  if (error !== null) {
    return (
      <Stack gap="xs">
        <Failure error={error} title="The call gave no result" />
        {error instanceof ApiError && (
          <Text fz="sm" fw={550}>
            {ranSentence(error.body.ran)}
          </Text>
        )}
      </Stack>
    );
  }
  if (response?.type !== "result") return response ? <Meanwhile response={response} /> : null;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Badge
          variant="outline"
          tt="none"
          c={response.is_error ? "var(--status-failed)" : "var(--status-success)"}
          bd="1px solid currentColor"
        >
          {response.is_error ? "error" : "result"}
        </Badge>
        <Text fz="sm" c="dimmed">
          in {duration(response.duration_ms)}
        </Text>
      </Group>
      {response.is_error && (
        <Text fz="sm" c="var(--status-failed)" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          The tool says that it failed{response.message ? `: ${response.message}` : "."}
        </Text>
      )}
      {response.content.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name of their own and never move
        <ContentBlock key={index} value={block} label={`Content ${index + 1}`} />
      ))}
      {response.content.length === 0 && !response.has_structured && !response.is_error && (
        <Text fz="sm" c="dimmed">
          The tool gave nothing back.
        </Text>
      )}
      {response.has_structured && (
        <>
          <Title order={3}>Structured</Title>
          <JsonView value={response.structured} label="structured content" />
        </>
      )}
      <Meanwhile response={response} />
    </Stack>
  );
}

/** How far the tool is, or was, and what it logged. */
function Meanwhile({ response }: { response: CallResponse }) {
  const { progress, logs, message, type } = response;
  return (
    <Stack gap="xs">
      {type !== "result" && message && <Text fz="sm">{message}</Text>}
      {progress && (
        <Group gap="sm" wrap="nowrap">
          {progress.total !== null && progress.total > 0 && (
            <Progress
              value={Math.min(100, (progress.progress / progress.total) * 100)}
              flex="0 0 8rem"
              aria-label="Progress of the tool"
            />
          )}
          <Text fz="sm" c="dimmed">
            {progress.progress}
            {progress.total === null ? "" : ` of ${progress.total}`} {progress.message ?? ""}
          </Text>
        </Group>
      )}
      {logs.length > 0 && (
        <>
          <Title order={3}>Log</Title>
          <Stack gap={2} ff="monospace" fz="xs">
            {logs.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own and never move
              <span key={index} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
                {line.level} {line.logger} {typeof line.data === "string" ? line.data : JSON.stringify(line.data)}
              </span>
            ))}
          </Stack>
        </>
      )}
    </Stack>
  );
}
