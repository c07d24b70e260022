import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import { useSelected } from "./marks";
import { NodeButton } from "./NodeButton";
import { NodeText } from "./NodeText";
import type { StepFlowNode } from "./nodes";
import classes from "./nodes.module.css";
import { lookOf, useNodeState } from "./states";

/** A step without steps inside. */
export const StepNode = memo(function StepNode({ data: { step, live } }: NodeProps<StepFlowNode>) {
  const state = useNodeState(step.id);
  const selected = useSelected(step.id);
  const about = step.calls || (step.kind === "unknown" ? "unknown type" : step.kind);
  return (
    <div className={`${classes.node} ${classes.step}`} data-look={lookOf(state, live)} data-selected={selected}>
      <NodeText step={step} about={about} state={state} live={live} className={classes.whole} />
      <NodeButton step={step} state={state} live={live} folded={false} />
    </div>
  );
});
