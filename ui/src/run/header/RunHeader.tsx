import { VisuallyHidden } from "@mantine/core";

import { PageHeader } from "@/components/PageHeader";
import { StatusBadge } from "@/components/StatusBadge";
import type { RunView } from "@/live/types";
import { RunActions } from "@/run/actions/RunActions";
import { useShownRun } from "@/run/place";
import { RunFacts } from "./RunFacts";

/** The head of the page: which run this is, how it stands, and what can be done with it. */
export function RunHeader({ run }: { run: RunView }) {
  const { document } = useShownRun();
  const name = typeof document?.name === "string" ? document.name : run.scenario_id;
  return (
    <>
      <PageHeader
        title={name}
        tab={`${name}: ${run.status}`}
        beside={<StatusBadge status={run.status} />}
        subtitle={<RunFacts run={run} />}
        actions={<RunActions run={run} />}
      />
      <VisuallyHidden role="status">The run is {run.status}.</VisuallyHidden>
    </>
  );
}
