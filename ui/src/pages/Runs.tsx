import { useQuery } from "@tanstack/react-query";

import { runsQuery } from "@/api/runs";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { RunsTable } from "@/runs/RunsTable";

export function Runs() {
  const { data, error } = useQuery(runsQuery({}, 50));
  return (
    <>
      <PageHeader title="Runs" />
      {error && <Failure error={error} />}
      {data && <RunsTable runs={data.runs} label="Runs" keys empty={<EmptyState title="There are no runs yet" />} />}
    </>
  );
}
