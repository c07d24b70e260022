import { useQuery } from "@tanstack/react-query";

import { runReferencesQuery } from "@/api/runs";
import type { ScenarioDocument } from "@/api/scenarios";
import type { DataEdge } from "@/graph";

const NONE: readonly DataEdge[] = [];

/** Which step of the run's document uses what of which. */
export function useReferences(runId: string, document: ScenarioDocument | null): readonly DataEdge[] {
  const found = useQuery({ ...runReferencesQuery(runId, document ?? {}), enabled: document !== null });
  return found.data ?? NONE;
}
