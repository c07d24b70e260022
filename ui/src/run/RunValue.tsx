import { EmptyState } from "@/components/EmptyState";
import { JsonView } from "@/components/JsonView";
import { useRunView } from "@/live";
import { hasEnded } from "./actions/possible";
import { useShownRun } from "./place";
import { sizeOf } from "./size";

/** What the run was given, or what it gave. */
export function RunValue({ name }: { name: "input" | "output" }) {
  const run = useRunView(useShownRun().store);
  if (run === null) return null;
  const bytes = run.omitted[name];
  if (bytes !== undefined) {
    return (
      <EmptyState title={`The ${name} is too large to be shown`}>
        It has {sizeOf(bytes)}. The values of single steps can be loaded where a step is shown.
      </EmptyState>
    );
  }
  if (name === "output" && run.status !== "success") {
    return hasEnded(run.status) ? (
      <EmptyState title="The run has no output">
        Only a run that succeeds has one; this one {ended(run.status)}.
      </EmptyState>
    ) : (
      <EmptyState title="The run has no output yet">It comes when the run ends.</EmptyState>
    );
  }
  return (
    <JsonView value={run[name]} label={name === "input" ? "Input of the run" : "Output of the run"} maxHeight="70vh" />
  );
}

const ended = (status: string): string => (status === "failed" ? "failed" : "was cancelled");
