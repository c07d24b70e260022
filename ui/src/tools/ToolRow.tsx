import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { ToolSummary } from "@/api/tools";
import { HintWords } from "./HintWords";
import { titleOf } from "./hints";
import classes from "./ServerCard.module.css";

/** One tool in a list: its name, the first line of what it does, what it says of itself. */
export function ToolRow({ tool }: { tool: ToolSummary }) {
  const [line = ""] = tool.description.trim().split("\n");
  const title = titleOf(tool);
  return (
    <li className={classes.row}>
      <Anchor
        className={classes.name ?? ""}
        renderRoot={(props) => (
          <Link to="/tools/$server/$tool" params={{ server: tool.server, tool: tool.name }} {...props} />
        )}
      >
        {tool.name}
      </Anchor>
      <Text component="span" fz="sm" c="dimmed" className={classes.about ?? ""} title={tool.description}>
        {title ? `${title}. ${line}` : line}
      </Text>
      <HintWords tool={tool} />
    </li>
  );
}
