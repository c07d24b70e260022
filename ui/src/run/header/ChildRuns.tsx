import { Anchor, Popover, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { runQuery } from "@/api/runs";
import { StatusBadge } from "@/components/StatusBadge";
import { useSteps } from "@/live";
import type { RunView } from "@/live/types";
import { useShownRun } from "@/run/place";

/** The runs that steps of this one began; nothing where there are none. */
export function ChildRuns({ run }: { run: RunView }) {
  const begun = useSteps(useShownRun().store).filter((step) => step.child_run_id !== null).length;
  const snapshot = useQuery({ ...runQuery(run.run_id), enabled: begun > 0 });
  if (begun === 0) return null;
  const children = snapshot.data?.children ?? [];
  return (
    <Popover shadow="md" position="bottom-start" onOpen={() => void snapshot.refetch()}>
      <Popover.Target>
        <Anchor component="button" type="button" fz="inherit">
          {begun === 1 ? "1 child run" : `${begun.toLocaleString("en")} child runs`}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown mah={320} style={{ overflow: "auto" }}>
        <Stack gap={4} fz="sm">
          {children.map((child) => (
            <Link key={child.run_id} to="/runs/$runId" params={{ runId: child.run_id }}>
              {child.step_path ?? child.scenario_id} <StatusBadge status={child.status} size="sm" />
            </Link>
          ))}
          {children.length < begun && snapshot.isSuccess && <span>These are the newest.</span>}
          {snapshot.isPending && <span>Looking for them …</span>}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
