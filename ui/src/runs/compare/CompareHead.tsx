import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { StatusBadge } from "@/components/StatusBadge";
import { at, duration } from "@/components/time";
import type { RunView } from "@/live/types";
import { RunMarks } from "../RunMarks";
import { shortId } from "../shortId";
import { took } from "./align";
import classes from "./CompareHead.module.css";

interface Props {
  a: RunView;
  b: RunView;
}

/** The two runs as wholes, side by side; what differs is marked by a word, too. */
export function CompareHead({ a, b }: Props) {
  const line = (name: string, show: (run: RunView) => ReactNode, same: boolean) => (
    <tr data-differs={!same || undefined}>
      <th scope="row">
        {name}
        {!same && <span className={classes.differs}>differs</span>}
      </th>
      <td>{show(a)}</td>
      <td>{show(b)}</td>
    </tr>
  );
  return (
    <table className={classes.table} aria-label="The runs">
      <thead>
        <tr>
          <td />
          <th scope="col">
            A <RunLink run={a} />
          </th>
          <th scope="col">
            B <RunLink run={b} />
          </th>
        </tr>
      </thead>
      <tbody>
        {line(
          "Status",
          (run) => (
            <StatusBadge status={run.status} size="sm" />
          ),
          a.status === b.status,
        )}
        {line("Scenario", (run) => run.scenario_id, a.scenario_id === b.scenario_id)}
        {line(
          "Revision",
          (run) => (
            <code title={run.revision}>{run.revision.slice(0, 8)}</code>
          ),
          a.revision === b.revision,
        )}
        {line("Started", (run) => at(run.started_at), true)}
        {line("Took", (run) => total(took(run)), true)}
        {(a.error ?? b.error) && line("Error", errorOf, errorOf(a) === errorOf(b))}
      </tbody>
    </table>
  );
}

const total = (milliseconds: number | null): string =>
  milliseconds === null ? "has not ended" : duration(milliseconds);

const errorOf = ({ error }: RunView): string => (error === null ? "none" : `${error.code}: ${error.message}`);

function RunLink({ run }: { run: RunView }) {
  return (
    <>
      <Link to="/runs/$runId" params={{ runId: run.run_id }} title={run.run_id}>
        {shortId(run.run_id)}
      </Link>{" "}
      <RunMarks run={run} />
    </>
  );
}
