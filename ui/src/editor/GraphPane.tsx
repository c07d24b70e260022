import { Loader } from "@mantine/core";
import { Suspense, useDeferredValue, useMemo, useRef } from "react";

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
  const drawn = useDeferredValue(useDrawn(document));
  const edges = useMemo(() => references.filter(isBetweenSteps), [references]);
  return (
    <GraphFailed document={drawn}>
      <Suspense fallback={<Loader size="sm" m="md" role="status" aria-label="Loading the graph" />}>
        <ScenarioGraph document={document} states={null} dataEdges={edges} selected={selected} onSelect={onSelect} />
      </Suspense>
    </GraphFailed>
  );
}

const NOT_DRAWN = new Set(["input", "output", "input_schema", "output_schema", "form_schema", "vars", "description"]);

/** The document as long as nothing of it changes that is drawn: typing an input lays nothing out again. */
function useDrawn(document: unknown): unknown {
  const digest = useMemo(
    () => JSON.stringify(document, (key, value) => (NOT_DRAWN.has(key) ? undefined : value)),
    [document],
  );
  const last = useRef({ digest, document });
  if (last.current.digest !== digest) last.current = { digest, document };
  return last.current.document;
}

/** The document's own output reads steps, too, and is no step. */
const isBetweenSteps = (reference: Checked["references"][number]): reference is DataEdge => reference.to_step !== null;
