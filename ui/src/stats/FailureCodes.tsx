import { Code } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Stats } from "@/api/stats";
import lists from "@/dashboard/lists.module.css";
import classes from "./FailureCodes.module.css";

interface Props {
  of: Stats["failures"];
  /** Since when, as the list of runs has it in its address. */
  since: string;
  /** The only scenario that is looked at, if any. */
  scenarioId: string | undefined;
}

/** Why runs failed, by code: how many, the last one, and the list of them. */
export function FailureCodes({ of: failures, since, scenarioId }: Props) {
  const scenario = scenarioId === undefined ? {} : { scenario_id: scenarioId };
  return (
    <ul className={lists.list}>
      {failures.map((failure) => (
        <li key={failure.code} className={classes.item}>
          <div className={lists.line}>
            <Code>{failure.code}</Code>
            <Link
              to="/runs"
              search={{ status: "failed", error_code: failure.code, started_after: since, ...scenario }}
              aria-label={`${counted(failure.count)} failed with ${failure.code}`}
            >
              {counted(failure.count)}
            </Link>
          </div>
          <Link
            to="/runs/$runId"
            params={{ runId: failure.last_run_id }}
            className={classes.last}
            title={failure.last_message}
          >
            <span className={lists.clamp}>{failure.last_message || "The last one left no message."}</span>
          </Link>
          <div className={lists.facts}>
            <span title={failure.last_scenario_id}>last in {failure.last_scenario_id}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

const counted = (runs: number): string => (runs === 1 ? "1 run" : `${runs.toLocaleString("en")} runs`);
