import { Button, Code, CopyButton, Group, Paper, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useState } from "react";

import type { ToolServer, ToolSummary } from "@/api/tools";
import { Moment } from "@/components/Moment";
import classes from "./ServerCard.module.css";
import { callsOf, lockMeaning, stateOf } from "./serverState";
import { ToolRow } from "./ToolRow";

/** So many rows are shown at once; a server may have hundreds. */
const ROWS = 30;

interface Props {
  server: ToolServer;
  tools: readonly ToolSummary[];
  /** Whether only some of its tools are looked for. */
  searching: boolean;
}

/** One tool server: how it is, what is wrong and what to do, and its tools. */
export function ServerCard({ server, tools, searching }: Props) {
  const [all, setAll] = useState(false);
  const state = stateOf(server);
  const calls = callsOf(server);
  const shown = all ? tools : tools.slice(0, ROWS);
  const id = `server-${server.name}`;
  return (
    <Paper withBorder component="section" aria-labelledby={id} className={classes.card ?? ""}>
      <Group gap="sm" px="md" py="xs" justify="space-between" className={classes.head ?? ""}>
        <Group gap="sm">
          <Title order={2} id={id} fz="md" style={{ overflowWrap: "anywhere" }}>
            {server.name}
          </Title>
          <Text component="span" fz="sm" fw={550} className={classes.state ?? ""} data-tone={state.tone}>
            {state.word}
          </Text>
        </Group>
        <Group gap="md" fz="xs" c="dimmed">
          <span>{server.transport}</span>
          {server.protocol !== null && <span>MCP {server.protocol}</span>}
          {server.last_seen !== null && (
            <span>
              answered <Moment at={server.last_seen} />
            </span>
          )}
          {calls && <span>{calls}</span>}
          <Tooltip label={lockMeaning(server.lock)} openDelay={300}>
            <span>lock: {server.lock}</span>
          </Tooltip>
        </Group>
      </Group>
      <Trouble server={server} />
      {shown.length > 0 && (
        <ul className={classes.rows}>
          {shown.map((tool) => (
            <ToolRow key={tool.name} tool={tool} />
          ))}
        </ul>
      )}
      {shown.length < tools.length && (
        <Button variant="subtle" size="compact-sm" mx="md" my="xs" onClick={() => setAll(true)}>
          Show all {tools.length} tools
        </Button>
      )}
      {tools.length === 0 && server.error === null && (
        <Text c="dimmed" fz="sm" px="md" py="sm">
          {searching ? "No tool of this server fits." : "No tools are known of it."}
        </Text>
      )}
    </Paper>
  );
}

function Trouble({ server }: { server: ToolServer }) {
  if (server.error === null && !server.needs_auth && server.circuit === "closed") return null;
  const command = `callsheet tools login ${server.name}`;
  return (
    <Stack gap={6} px="md" py="sm" fz="sm">
      {server.error !== null && (
        <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
          {server.error}
        </Text>
      )}
      {server.retry_in !== null && (
        <Text fz="sm" c="dimmed">
          It failed several times; calls fail at once. In {Math.ceil(server.retry_in)} s the next call is tried.
        </Text>
      )}
      {server.needs_auth && (
        <Group gap="xs">
          <span>Sign in with</span>
          <Code fz="sm">{command}</Code>
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        </Group>
      )}
    </Stack>
  );
}
