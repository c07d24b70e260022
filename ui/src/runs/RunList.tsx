import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { type RunRow, runKeys } from "@/api/runs";
import classes from "./RunList.module.css";
import { shortId } from "./shortId";

/** Ids of runs as links, with what is known of them from the lists that are on screen. */
export function RunList({ ids }: { ids: readonly string[] }) {
  const known = useKnownRuns();
  return (
    <section className={classes.frame} aria-label="Runs">
      <ul className={classes.list}>
        {ids.map((id) => (
          <li key={id}>
            <Link to="/runs/$runId" params={{ runId: id }} target="_blank" title={id}>
              <span>{known.get(id)?.scenario_id ?? id}</span> {known.has(id) && shortId(id)}
            </Link>
            <span>{known.get(id)?.status}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useKnownRuns(): ReadonlyMap<string, RunRow> {
  const cache = useQueryClient();
  const runs = new Map<string, RunRow>();
  for (const [, data] of cache.getQueriesData<Listed>({ queryKey: runKeys.lists })) {
    for (const page of data?.pages ?? [data]) for (const run of page?.runs ?? []) runs.set(run.run_id, run);
  }
  return runs;
}

/** What a list query holds: a page, or pages. */
interface Listed {
  runs?: readonly RunRow[];
  pages?: readonly { runs: readonly RunRow[] }[];
}
