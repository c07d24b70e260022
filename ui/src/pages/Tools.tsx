import { Container } from "@mantine/core";

import { PageHeader } from "@/components/PageHeader";
import { ToolServers } from "@/tools/ToolServers";

/** The tool servers and what they offer. */
export function Tools() {
  return (
    <Container size="lg" px={0}>
      <PageHeader title="Tools" subtitle="MCP servers of mcp.json, and the tools that scenarios can call" />
      <ToolServers />
    </Container>
  );
}
