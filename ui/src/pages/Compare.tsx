import { Button, Group } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { useShortcut } from "@/app/shortcuts";
import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";
import { Comparison } from "@/runs/compare/Comparison";
import { RunPicker } from "@/runs/compare/RunPicker";

/** What two runs did alike, and what not. */
export function Compare() {
  const { a, b } = useSearch({ from: "/runs/compare" });
  const navigate = useNavigate({ from: "/runs/compare" });
  const pick = (runs: { a?: string | undefined; b?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...runs }), replace: true, resetScroll: false });
  const swap = () => pick({ a: b, b: a });
  useShortcut("s", "Swap the two runs", swap, { enabled: a !== undefined && b !== undefined });
  return (
    <>
      <PageHeader title="Compare runs" />
      <Group align="flex-end" gap="sm" mb="lg" grow preventGrowOverflow={false}>
        <RunPicker label="Run A" runId={a} onPick={(runId) => pick({ a: runId })} />
        <RunPicker label="Run B" runId={b} onPick={(runId) => pick({ b: runId })} />
        {a && b && (
          <Button variant="default" onClick={swap} maw="6rem">
            Swap
          </Button>
        )}
      </Group>
      {a && b ? (
        <Comparison key={`${a} ${b}`} a={a} b={b} />
      ) : (
        <EmptyState title={a || b ? "With which run?" : "Which runs?"}>
          Choose two runs above, or select two in the list of runs: their steps are set side by side with what differs
          in time and output.
        </EmptyState>
      )}
    </>
  );
}
