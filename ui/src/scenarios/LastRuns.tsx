import { Link } from "@tanstack/react-router";

import type { RunRow } from "@/api/runs";
import { ago } from "@/components/time";
import classes from "./LastRuns.module.css";

/** How the last runs ended, the newest at the right; each leads to its run. Height tells what colour tells. */
export function LastRuns({ runs }: { runs: readonly RunRow[] }) {
  return (
    <ol className={classes.runs} aria-label="Last runs, oldest first">
      {runs.toReversed().map((run) => (
        <li key={run.run_id}>
          <Link
            to="/runs/$runId"
            params={{ runId: run.run_id }}
            className={classes.run}
            data-status={run.status}
            aria-label={`${run.status}, ${ago(run.started_at)}`}
            title={`${run.status}, ${ago(run.started_at)}${run.message ? `\n${run.message}` : ""}`}
          />
        </li>
      ))}
    </ol>
  );
}
