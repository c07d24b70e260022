import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type RunRow, runsQuery } from "@/api/runs";

const LATEST = 200;
const EACH = 8;

/** The latest runs by scenario, newest first. */
export function byScenario(runs: readonly RunRow[]): ReadonlyMap<string, readonly RunRow[]> {
  const found = new Map<string, RunRow[]>();
  for (const run of runs) {
    const own = found.get(run.scenario_id);
    if (!own) found.set(run.scenario_id, [run]);
    else if (own.length < EACH) own.push(run);
  }
  return found;
}

/** Of each scenario its last runs. One question answers most; only those that ran long ago are asked for by name. */
export function useLastRuns(scenarioIds: readonly string[]): ReadonlyMap<string, readonly RunRow[]> {
  const { data } = useQuery(runsQuery({}, LATEST));
  const latest = useMemo(() => byScenario(data?.runs ?? []), [data]);
  const older = data?.next_cursor == null ? [] : scenarioIds.filter((id) => !latest.has(id));
  const rest = useQueries({
    queries: older.map((id) => runsQuery({ scenario_id: id }, EACH)),
    combine: (results) => results.flatMap((result) => result.data?.runs ?? []),
  });
  return useMemo(() => new Map([...latest, ...byScenario(rest)]), [latest, rest]);
}
