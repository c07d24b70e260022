import { MiniMap, type MiniMapNodeProps } from "@xyflow/react";

import classes from "./ScenarioGraph.module.css";
import { useNodeState } from "./states";

/** A map of a few boxes shows nothing new, and one of very many costs more than it shows. */
export function worthMap(boxes: number): boolean {
  return boxes > 12 && boxes <= 500;
}

/** The whole graph small in a corner, to move about in. */
export function GraphMap() {
  return (
    <MiniMap
      className={classes.map ?? ""}
      position="bottom-right"
      ariaLabel="Map of the graph"
      pannable
      zoomable
      nodeComponent={MapNode}
      nodeClassName={({ type }) => type ?? ""}
      style={{ width: 150, height: 100 }}
    />
  );
}

function MapNode({ id, className, x, y, width, height }: MiniMapNodeProps) {
  const state = useNodeState(id);
  return (
    <rect
      className={classes.mapNode}
      data-type={className}
      data-status={state?.status}
      x={x}
      y={y}
      width={width}
      height={height}
      rx={6}
    />
  );
}
