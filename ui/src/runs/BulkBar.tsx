import { Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { type BulkAction, bulkRuns } from "@/api/bulk";
import type { RunFilter } from "@/api/runs";
import { Allowed } from "@/session/Allowed";
import classes from "./BulkBar.module.css";
import type { Target } from "./BulkDialog";
import { isFor, verbs } from "./bulk";
import type { Chosen } from "./ticks";

const BulkDialog = lazy(() => import("./BulkDialog"));

interface Props {
  chosen: Chosen;
  filter: RunFilter;
  /** Whether there is anything to act on. */
  any: boolean;
}

const ACTIONS: readonly BulkAction[] = ["cancel", "retry", "delete"];

/** What can be done with the runs that are selected, or else with all that the filter finds. */
export function BulkBar({ chosen, filter, any }: Props) {
  // The dialog stays with what it was opened for, also when that is not listed or selected any more.
  const [asked, setAsked] = useState<{ action: BulkAction; target: Target } | null>(null);
  const some = chosen.runs.length > 0;
  const [first, second] = chosen.runs;
  const offered = ACTIONS.filter((one) => !some || chosen.runs.some((run) => isFor(one, run.status)));
  return (
    <>
      {any && (
        <div className={classes.bar} data-some={some || undefined}>
          <Text fz="xs" c="dimmed" aria-live="polite">
            {some ? `${chosen.runs.length} selected` : "With all that this finds:"}
          </Text>
          <Group gap={4}>
            {offered.map((one) => (
              <Allowed key={one} to={bulkRuns}>
                <Button
                  size="compact-xs"
                  variant={some ? "default" : "subtle"}
                  onClick={() => setAsked({ action: one, target: some ? { runs: chosen.runs } : { filter } })}
                >
                  {verbs[one].label} …
                </Button>
              </Allowed>
            ))}
            {first && second && chosen.runs.length === 2 && (
              <Button
                size="compact-xs"
                variant="default"
                renderRoot={(props) => (
                  <Link to="/runs/compare" search={{ a: second.run_id, b: first.run_id }} {...props} />
                )}
              >
                Compare
              </Button>
            )}
            {some && (
              <Button size="compact-xs" variant="subtle" onClick={chosen.clear}>
                Clear
              </Button>
            )}
          </Group>
        </div>
      )}
      <Suspense>{asked && <BulkDialog {...asked} onClose={() => setAsked(null)} onDone={chosen.clear} />}</Suspense>
    </>
  );
}
