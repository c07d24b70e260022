import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { type RunRow, runQuery, runsQuery } from "@/api/runs";
import { useAgo } from "@/runs/runTime";
import classes from "./lists.module.css";
import { Panel, Quiet } from "./Panel";

const SHOWN = 6;

/** The runs that failed last: why, and in which step. */
export function Failures() {
  const { data, error } = useQuery(runsQuery({ status: ["failed"] }, SHOWN));
  return (
    <Panel
      title="Failed last"
      error={error}
      link={
        <Link to="/runs" search={{ status: "failed" }}>
          All that failed
        </Link>
      }
    >
      {data?.runs.length ? (
        <ul className={classes.list}>
          {data.runs.map((run) => (
            <FailureItem key={run.run_id} run={run} />
          ))}
        </ul>
      ) : (
        <Quiet>{data ? "No run has failed." : "Looking …"}</Quiet>
      )}
    </Panel>
  );
}

function FailureItem({ run }: { run: RunRow }) {
  // What has ended stays as it is.
  const { data } = useQuery({ ...runQuery(run.run_id), staleTime: Number.POSITIVE_INFINITY });
  const started = useAgo(run.started_at);
  const step = data?.error?.step;
  const sentence = data?.error?.message || run.message || "It failed.";
  return (
    <li className={classes.item}>
      <Link
        to="/runs/$runId"
        params={{ runId: run.run_id }}
        search={step ? { step } : {}}
        className={classes.link}
        title={sentence}
      >
        <span className={classes.clamp}>{sentence}</span>
      </Link>
      <div className={classes.facts}>
        <span title={run.scenario_id}>{run.scenario_id}</span>
        {step && <span title={step}>in {step}</span>}
        {data?.error && <span className={classes.bad}>{data.error.code}</span>}
        <span>{started}</span>
      </div>
    </li>
  );
}
