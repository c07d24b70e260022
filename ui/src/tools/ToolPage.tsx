import { Anchor, Group, Skeleton, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { type ToolSummary, toolServersQuery, toolsQuery } from "@/api/tools";
import { toolTabs } from "@/app/searches";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { DriftView } from "./DriftView";
import { HintWords } from "./HintWords";
import { titleOf } from "./hints";
import { Playground } from "./Playground";
import { ToolSchemas } from "./ToolSchemas";

/** One tool: what it is, what it takes and gives, what changed since it was locked, and a place to call it. */
export function ToolPage() {
  const { server, tool: name } = useParams({ from: "/tools/$server/$tool" });
  const tools = useQuery(toolsQuery());
  const tool = tools.data?.tools.find((each) => each.server === server && each.name === name);
  if (tool) return <Known key={`${server}/${name}`} tool={tool} />;
  return (
    <>
      <PageHeader title={name} subtitle={<ServerLine server={server} />} />
      {tools.error ? (
        <Failure error={tools.error} onRetry={() => void tools.refetch()} />
      ) : tools.isPending ? (
        <Skeleton height={160} aria-label="The tool is loading" />
      ) : (
        <Missing server={server} name={name} />
      )}
    </>
  );
}

function Known({ tool }: { tool: ToolSummary }) {
  const { tab = "try" } = useSearch({ from: "/tools/$server/$tool" });
  const navigate = useNavigate({ from: "/tools/$server/$tool" });
  const title = titleOf(tool);
  const choose = (value: string | null) => {
    const chosen = toolTabs.find((each) => each === value) ?? "try";
    void navigate({ search: chosen === "try" ? {} : { tab: chosen }, replace: true });
  };
  return (
    <>
      <PageHeader
        title={tool.name}
        tab={`${tool.name} · ${tool.server}`}
        beside={<HintWords tool={tool} />}
        subtitle={<ServerLine server={tool.server} {...(title && { title })} />}
      />
      <Text fz="sm" mb="md" maw={760} style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
        {tool.description || "The server does not describe it."}
      </Text>
      <Tabs value={tab} onChange={choose} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="try">Try</Tabs.Tab>
          <Tabs.Tab value="schemas">Schemas</Tabs.Tab>
          <Tabs.Tab value="changes">Changes</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="try">
          <Playground tool={tool} />
        </Tabs.Panel>
        <Tabs.Panel value="schemas">
          <ToolSchemas tool={tool} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <DriftView tool={tool} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function ServerLine({ server, title }: { server: string; title?: string }) {
  return (
    <Group gap={6}>
      {title && <span>{title} ·</span>}
      <span>a tool of</span>
      <Anchor renderRoot={(props) => <Link to="/tools" {...props} />} inherit>
        {server}
      </Anchor>
    </Group>
  );
}

function Missing({ server, name }: { server: string; name: string }) {
  const servers = useQuery(toolServersQuery());
  const known = servers.data?.find((each) => each.name === server);
  const back = <Link to="/tools">Go to the tools</Link>;
  if (known?.error || known?.needs_auth) {
    return (
      <EmptyState title={`The tool server ${server} cannot be asked`} action={back}>
        {known.needs_auth ? `Sign in with: callsheet tools login ${server}` : known.error}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="There is no such tool" action={back}>
      {servers.data && !known
        ? `mcp.json names no server ${server}.`
        : `The server ${server} does not offer ${name}, or mcp.json keeps it from being used.`}
    </EmptyState>
  );
}
