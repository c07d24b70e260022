import { Code, Stack, Text } from "@mantine/core";

import type { ToolSummary } from "@/api/tools";
import { EmptyState } from "@/components/EmptyState";
import classes from "./DriftView.module.css";

/** What is not as it was when somebody looked at the tool and locked it. */
export function DriftView({ tool }: { tool: ToolSummary }) {
  if (tool.drift === null) {
    return (
      <EmptyState title="Nothing changed">
        The tool is what was locked in callsheet.lock, or was not locked. `callsheet lock` locks the tools that
        scenarios call.
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm">
      <Text fz="sm">
        This is not what was locked in callsheet.lock. Read what changed; when it is right, lock it again with{" "}
        <Code>callsheet lock</Code>.
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled with the keyboard, too */}
      <section className={classes.lines} tabIndex={0} aria-label="What changed">
        {tool.drift.split("\n").map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own and never move
          <div key={index} data-sign={signOf(line)}>
            {line || " "}
          </div>
        ))}
      </section>
    </Stack>
  );
}

/** Lines that say what was, and what is now. */
function signOf(line: string): "was" | "is" | undefined {
  const text = line.trimStart();
  if (text.startsWith("-")) return "was";
  return text.startsWith("+") ? "is" : undefined;
}
