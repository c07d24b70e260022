import { Code, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { toolKeys, toolServersQuery, toolsQuery } from "@/api/tools";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { found } from "./found";
import { ServerCard } from "./ServerCard";

/** Every tool server with its tools. Their state is looked at every 15 seconds, and when the window is looked at again. */
export function ToolServers() {
  const servers = useQuery(toolServersQuery());
  const tools = useQuery(toolsQuery());
  const client = useQueryClient();
  const [search, setSearch] = useState("");
  // Asking for the tools connects their servers, so the state from before is old then.
  const asked = Math.max(tools.dataUpdatedAt, tools.errorUpdatedAt);
  useEffect(() => {
    if (asked > 0) void client.invalidateQueries({ queryKey: toolKeys.servers });
  }, [asked, client]);

  if (servers.error) return <Failure error={servers.error} onRetry={() => void servers.refetch()} />;
  if (!servers.data) return <Skeleton height={160} aria-label="The tool servers are loading" />;
  if (servers.data.length === 0) return <NoServers />;
  const searching = search.trim() !== "";
  const fitting = found(tools.data?.tools ?? [], search);
  const cards = servers.data
    .map((server) => ({ server, tools: fitting.filter((tool) => tool.server === server.name) }))
    .filter(({ tools: some }) => !searching || some.length > 0);
  return (
    <Stack gap="md">
      <TextInput
        aria-label="Search tools"
        placeholder="Search by name or description"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        maw={420}
      />
      <Text fz="sm" c="dimmed" aria-live="polite">
        {tools.isPending ? "The tool servers are asked for their tools …" : counted(fitting.length, searching)}
      </Text>
      {tools.error && <Failure error={tools.error} onRetry={() => void tools.refetch()} />}
      {cards.map(({ server, tools: some }) => (
        <ServerCard key={server.name} server={server} tools={some} searching={searching} />
      ))}
      {searching && cards.length === 0 && !tools.isPending && (
        <EmptyState title="No tool fits">Names, titles and descriptions were searched for every word.</EmptyState>
      )}
    </Stack>
  );
}

function counted(count: number, searching: boolean): string {
  const noun = count === 1 ? "tool" : "tools";
  return searching ? `${count} ${noun} found` : `${count} ${noun}`;
}

const EXAMPLE = `{
  "mcpServers": {
    "time": { "command": "uvx", "args": ["mcp-server-time"] }
  }
}`;

function NoServers() {
  return (
    <EmptyState
      title="No tool server is configured"
      action={
        <Code block ta="left">
          {EXAMPLE}
        </Code>
      }
    >
      Scenarios call tools of MCP servers. Name one in the file mcp.json where the service was started, then start the
      service again.
    </EmptyState>
  );
}
