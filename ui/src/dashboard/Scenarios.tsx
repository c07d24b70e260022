import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import { runsQuery } from "@/api/runs";
import { duration } from "@/components/time";
import { type Figures, figures, percent } from "./figures";
import { Outcomes } from "./Outcomes";
import { Panel, Quiet } from "./Panel";
import classes from "./Scenarios.module.css";

/** So many of the latest runs are looked at. */
export const LATEST = 200;
const SHOWN = 8;

/** How scenarios went of late: outcomes, the rate of success, durations. */
export function Scenarios() {
  const { data, error } = useQuery(runsQuery({}, LATEST));
  const all = useMemo(() => figures(data?.runs ?? []), [data]);
  const count = data?.runs.length ?? 0;
  const title = count === 1 ? "The only run" : count < LATEST ? `All ${count} runs` : `The last ${LATEST} runs`;
  return (
    <Panel title={data ? title : "The last runs"} error={error} link={<Link to="/scenarios">All scenarios</Link>}>
      {all.length === 0 ? <Quiet>{data ? "Nothing has run yet." : "Looking …"}</Quiet> : <Table all={all} />}
    </Panel>
  );
}

function Table({ all }: { all: readonly Figures[] }) {
  const most = Math.max(...all.map((one) => one.runs));
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Scenario</th>
          <th scope="col">Outcomes</th>
          <th scope="col" title="Of the runs that ended by themselves">
            Success
          </th>
          <th scope="col" title="Half of the runs took no longer">
            Median
          </th>
          <th scope="col" title="95 of 100 runs took no longer">
            p95
          </th>
        </tr>
      </thead>
      <tbody>
        {all.slice(0, SHOWN).map((one) => (
          <tr key={one.scenarioId}>
            <th scope="row">
              <Link to="/scenarios/$scenarioId" params={{ scenarioId: one.scenarioId }} title={one.scenarioId}>
                {one.scenarioId}
              </Link>
            </th>
            <td>
              <Outcomes figures={one} of={most} />
            </td>
            <td>{one.rate === null ? "–" : percent(one.rate)}</td>
            <td>{one.median === null ? "–" : duration(one.median)}</td>
            <td>{one.p95 === null ? "–" : duration(one.p95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
