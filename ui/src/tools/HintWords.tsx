import { Badge, Group, Tooltip } from "@mantine/core";

import type { ToolSummary } from "@/api/tools";
import { hintsOf } from "./hints";

/** What a tool says of itself and whether it changed since it was locked, in small words. */
export function HintWords({ tool }: { tool: ToolSummary }) {
  const hints = hintsOf(tool.annotations);
  if (hints.length === 0 && tool.drift === null) return null;
  return (
    <Group gap={6} component="span">
      {tool.drift !== null && (
        <Tooltip label="It is not what was locked in callsheet.lock." openDelay={300}>
          <Badge
            size="sm"
            variant="outline"
            tt="none"
            fw={550}
            c="var(--status-waiting)"
            bd="1px solid var(--status-waiting)"
          >
            changed
          </Badge>
        </Tooltip>
      )}
      {hints.map(({ word, meaning }) => (
        <Tooltip key={word} label={meaning} openDelay={300}>
          <Badge size="sm" variant="default" tt="none" fw={450}>
            {word}
          </Badge>
        </Tooltip>
      ))}
    </Group>
  );
}
