import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { PageHeader } from "@/components/PageHeader";
import { runFilter } from "@/runs/filter";
import { RunPages } from "@/runs/RunPages";
import { RunsFilters } from "@/runs/RunsFilters";

/** Every run: found, followed, and acted on many at a time. */
export function Runs() {
  const search = useSearch({ from: "/runs" });
  const navigate = useNavigate({ from: "/runs" });
  const filter = useMemo(() => runFilter(search, Date.now()), [search]);
  return (
    <>
      <PageHeader title="Runs" />
      <RunsFilters
        search={search}
        filter={filter}
        onChange={(changed) =>
          void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false })
        }
      />
      <RunPages key={JSON.stringify(filter)} filter={filter} />
    </>
  );
}
