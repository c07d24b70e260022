import { Loader } from "@mantine/core";
import { Suspense, useMemo } from "react";

import type { Checked } from "@/api/editing";
import { type DataEdge, ScenarioGraph } from "@/graph";
import { GraphFailed } from "./GraphFailed";

interface Props {
  document: unknown;
  references: Checked["references"];
  selected: string | null;
  onSelect: (step: string | null) => void;
}

/** The steps of the text as a picture; what is half typed does not take the editor with it. */
export function GraphPane({ document, references, selected, onSelect }: Props) {
  const edges = useMemo(() => references.filter(isBetweenSteps), [references]);
  return (
    <GraphFailed document={document}>
      <Suspense fallback={<Loader size="sm" m="md" role="status" aria-label="Loading the graph" />}>
        <ScenarioGraph document={document} states={null} dataEdges={edges} selected={selected} onSelect={onSelect} />
      </Suspense>
    </GraphFailed>
  );
}

/** The document's own output reads steps, too, and is no step. */
const isBetweenSteps = (reference: Checked["references"][number]): reference is DataEdge => reference.to_step !== null;
