import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { runQuery, runsQuery } from "@/api/runs";
import { useReading } from "@/components/clock";
import { ago } from "@/components/time";
import { type Asking, askings, byUrgency } from "./askings";
import classes from "./lists.module.css";
import { Panel, Quiet } from "./Panel";

/** Of so many runs that wait it is looked up what they ask. */
const LOOKED_AT = 20;

/** What runs ask people, each a step away from its answer. */
export function Waiting() {
  const waiting = useQuery(runsQuery({ status: ["waiting"] }, LOOKED_AT));
  const runs = waiting.data?.runs ?? [];
  const asked = useQueries({
    // A run may ask again: it waits then as before, and only a look tells for what.
    queries: runs.map((run) => ({ ...runQuery(run.run_id), refetchInterval: 15_000 })),
    combine: (results) => ({
      all: results.flatMap(({ data }) => (data ? askings(data) : [])).toSorted(byUrgency),
      others: results.filter(({ data }) => data && askings(data).length === 0).length,
      pending: results.some(({ isPending }) => isPending),
    }),
  });
  const more = waiting.data?.next_cursor != null;
  return (
    <Panel
      title={asked.all.length > 0 ? `Waiting for people (${asked.all.length})` : "Waiting for people"}
      error={waiting.error}
      link={<AllWaiting />}
    >
      {asked.all.length > 0 && (
        <ul className={classes.list}>
          {asked.all.map((asking) => (
            <AskingItem key={`${asking.runId} ${asking.stepPath}`} asking={asking} />
          ))}
        </ul>
      )}
      {asked.all.length === 0 && (
        <Quiet>{waiting.isPending || asked.pending ? "Looking …" : "Nobody is asked anything."}</Quiet>
      )}
      {asked.others > 0 && <Quiet>{others(asked.others, more)}</Quiet>}
    </Panel>
  );
}

const others = (count: number, more: boolean): string =>
  `${count} ${more ? "or more " : ""}${count === 1 ? "run waits" : "runs wait"} for a time or for other runs.`;

function AllWaiting() {
  return (
    <Link to="/runs" search={{ status: "waiting" }}>
      All that wait
    </Link>
  );
}

function AskingItem({ asking }: { asking: Asking }) {
  const since = useReading((now) => ago(asking.since, now));
  const until = useReading((now) => (asking.until === null ? "" : ago(asking.until, now)));
  return (
    <li className={classes.item}>
      <Link
        to="/runs/$runId"
        params={{ runId: asking.runId }}
        search={{ step: asking.stepPath }}
        className={classes.link}
        title={asking.question}
      >
        <span className={classes.clamp}>{asking.question || "A decision"}</span>
      </Link>
      <div className={classes.facts}>
        <span title={asking.scenarioId}>{asking.scenarioId}</span>
        {asking.tool !== null && <span>asked by {asking.tool}</span>}
        {asking.assignees.length > 0 && <span>for {asking.assignees.join(", ")}</span>}
        <span>asked {since}</span>
        {until && <span>time is over {until}</span>}
      </div>
    </li>
  );
}
