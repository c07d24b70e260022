import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { runsQuery } from "@/api/runs";
import { RunsTable } from "@/runs/RunsTable";
import { Panel, Quiet } from "./Panel";

const SHOWN = 8;

/** The runs that are at work, or come next. */
export function Running() {
  const { data, error } = useQuery(runsQuery({ status: ["running", "queued"] }, SHOWN));
  return (
    <Panel
      title="Running now"
      error={error}
      link={
        <Link to="/runs" search={{ status: "running" }}>
          All that run
        </Link>
      }
    >
      <RunsTable
        runs={data?.runs ?? []}
        label="Running now"
        empty={<Quiet>{data ? "No run is at work." : "Looking …"}</Quiet>}
      />
    </Panel>
  );
}
