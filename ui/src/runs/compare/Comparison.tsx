import { Stack, Text } from "@mantine/core";

import { Failure } from "@/components/Failure";
import { usePhase, useRunStore, useRunView } from "@/live";
import type { RunStore, RunView } from "@/live/types";
import { CompareHead } from "./CompareHead";
import { JsonChanges } from "./JsonChanges";
import { StepPairs } from "./StepPairs";

/** Two runs side by side, also while they go on. */
export function Comparison({ a, b }: { a: string; b: string }) {
  const one = useRun(a);
  const other = useRun(b);
  const failure = one.failure ?? other.failure;
  if (failure) return <Failure error={failure} title="A run cannot be shown" />;
  if (!one.run || !other.run) return <Text c="dimmed">Loading …</Text>;
  return (
    <Stack gap="lg">
      <CompareHead a={one.run} b={other.run} />
      <Values label="Input" field="input" a={one.run} b={other.run} />
      <StepPairs a={{ store: one.store, run: one.run }} b={{ store: other.store, run: other.run }} />
      <Values label="Output" field="output" a={one.run} b={other.run} />
    </Stack>
  );
}

/** What went in, or came out; values of more than 64 KiB are not on the stream. */
function Values({ label, field, a, b }: { label: string; field: "input" | "output"; a: RunView; b: RunView }) {
  if (a.omitted[field] ?? b.omitted[field]) {
    return (
      <Text fz="sm" c="dimmed">
        {label}: too large to be compared here. The pages of the runs show it.
      </Text>
    );
  }
  return <JsonChanges label={label} before={a[field]} after={b[field]} />;
}

function useRun(runId: string): { store: RunStore; run: RunView | null; failure: Error | null } {
  const store = useRunStore(runId);
  const run = useRunView(store);
  const phase = usePhase(store);
  return { store, run: phase === "loading" ? null : run, failure: phase === "failed" ? store.failure() : null };
}
