import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import type { LaneFlowNode } from "./nodes";
import classes from "./nodes.module.css";

const BEFORE: Readonly<Record<string, string>> = { branch: "branch", case: "when" };

/** One of several lists of a block: a branch, a case, a handler. */
export const LaneNode = memo(function LaneNode({ data: { list } }: NodeProps<LaneFlowNode>) {
  const before = BEFORE[list.role];
  return (
    <div className={`${classes.node} ${classes.lane}`} data-role={list.role}>
      <span className={classes.laneTitle} title={list.label}>
        {before && <span className={classes.laneRole}>{before} </span>}
        {list.label}
      </span>
      {list.steps.length === 0 && <span className={classes.empty}>no steps</span>}
    </div>
  );
});
