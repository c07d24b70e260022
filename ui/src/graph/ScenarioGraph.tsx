import "@xyflow/react/dist/base.css";

import { ReactFlowProvider } from "@xyflow/react";
import { useMemo } from "react";

import type { DataEdge } from "./dataLines";
import { GraphView } from "./GraphView";
import { outlineOf } from "./outline";
import classes from "./ScenarioGraph.module.css";
import { type NodeStates, States } from "./states";

export interface ScenarioGraphProps {
  /** A scenario's document, also one that is half typed. */
  document: unknown;
  /** Where the steps of a run stand; null shows the document alone. */
  states: NodeStates | null;
  dataEdges?: readonly DataEdge[];
  /** The `name` of a step. */
  selected: string | null;
  onSelect: (nodeId: string | null) => void;
}

/** The steps of a scenario as a picture: blocks around what is inside them, coloured by the state of a run. */
export function ScenarioGraph({ document, states, dataEdges = NONE, selected, onSelect }: ScenarioGraphProps) {
  const outline = useMemo(() => outlineOf(document), [document]);
  if (outline.steps.size === 0) return <p className={classes.nothing}>There are no steps to show yet.</p>;
  return (
    <States value={states}>
      <ReactFlowProvider>
        <GraphView
          outline={outline}
          live={states !== null}
          dataEdges={dataEdges}
          selected={selected}
          onSelect={onSelect}
        />
      </ReactFlowProvider>
    </States>
  );
}

const NONE: readonly DataEdge[] = [];
