import { useParams } from "@tanstack/react-router";

import { RunPage } from "@/run/RunPage";

export function Run() {
  const { runId } = useParams({ from: "/runs/$runId" });
  // Another run is another page: nothing of the one before stays open.
  return <RunPage key={runId} runId={runId} />;
}
