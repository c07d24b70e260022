import { Code, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import { type ToolDetail, type ToolSummary, toolQuery } from "@/api/tools";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import classes from "./DriftView.module.css";

const DocumentDiff = lazy(async () => ({ default: (await import("@/scenario/revisions/DocumentDiff")).DocumentDiff }));

/** What is not as it was when somebody looked at the tool and locked it. */
export function DriftView({ tool }: { tool: ToolSummary }) {
  const detail = useQuery(toolQuery(tool.server, tool.name));
  if (detail.error) return <Failure error={detail.error} onRetry={() => void detail.refetch()} />;
  if (!detail.data) return <Skeleton height={120} aria-label="The locked tool is loading" />;
  const { drift, locked } = detail.data;
  if (drift === null) {
    return (
      <EmptyState title={locked ? "Nothing changed" : "It was not locked"}>
        {locked
          ? "The tool is what was locked in callsheet.lock."
          : "`callsheet lock` keeps what the tools are that scenarios call; with --all, every tool."}
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
        {drift.split("\n").map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own and never move
          <div key={index} data-sign={signOf(line)}>
            {line || " "}
          </div>
        ))}
      </section>
      {locked && (
        <section>
          <Title order={2} my="xs">
            Locked, and now
          </Title>
          <Suspense fallback={<Skeleton height={160} />}>
            <DocumentDiff before={textOf(locked)} after={textOf(detail.data)} split={false} />
          </Suspense>
        </section>
      )}
    </Stack>
  );
}

/** What is locked of a tool, with its keys in one order. */
function textOf(tool: NonNullable<ToolDetail["locked"]>): string {
  const { description, annotations, input_schema, output_schema } = tool;
  return JSON.stringify(sorted({ description, annotations, input_schema, output_schema }), null, 2);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, held]) => [key, sorted(held)]));
}

/** Lines that say what was, and what is now. */
function signOf(line: string): "was" | "is" | undefined {
  const text = line.trimStart();
  if (text.startsWith("-")) return "was";
  return text.startsWith("+") ? "is" : undefined;
}
