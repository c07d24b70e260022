import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import { scenarioTextQuery } from "@/api/editing";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { isUnknown, opened } from "@/editor/opened";
import { ScenarioEditor } from "@/editor/ScenarioEditor";

/** A scenario's text, to be changed and saved as its next revision. */
export function Editor() {
  const { scenarioId } = useParams({ from: "/scenarios/$scenarioId/edit" });
  return <Opening key={scenarioId} scenarioId={scenarioId} />;
}

function Opening({ scenarioId }: { scenarioId: string }) {
  const { data, error, refetch } = useQuery(scenarioTextQuery(scenarioId));
  const unknown = isUnknown(error);
  const first = useMemo(() => (data || unknown ? opened(scenarioId, data ?? null) : null), [scenarioId, data, unknown]);
  if (first) return <ScenarioEditor scenarioId={scenarioId} first={first} />;
  if (unknown) {
    return (
      <EmptyState title={`There is no scenario ${scenarioId}`} action={<Link to="/new/scenario">Begin a new one</Link>}>
        It may have been removed, or its draft is in another browser.
      </EmptyState>
    );
  }
  if (error) return <Failure error={error} title="The scenario cannot be opened" onRetry={() => void refetch()} />;
  return <Loader size="sm" role="status" aria-label="Loading the scenario" />;
}
