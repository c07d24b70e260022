import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useSelected } from "./marks";
import { NodeButton } from "./NodeButton";
import type { StepFlowNode } from "./nodes";
import classes from "./nodes.module.css";
import { Meter, StateLine } from "./StateLine";
import { StepIcon } from "./StepIcon";
import { lookOf, useNodeState } from "./states";

/** A step without steps inside. */
export const StepNode = memo(function StepNode({ data: { step, live } }: NodeProps<StepFlowNode>) {
  const state = useNodeState(step.id);
  const selected = useSelected(step.id);
  return (
    <div className={`${classes.node} ${classes.step}`} data-look={lookOf(state, live)} data-selected={selected}>
      <NodeButton step={step} state={state} live={live} folded={false} className={classes.whole}>
        <span className={classes.first}>
          <StepIcon kind={step.kind} />
          <span className={classes.name} title={step.name}>
            {step.name}
          </span>
          {step.when && (
            <span className={classes.when} title={`only when ${step.when}`}>
              when
            </span>
          )}
        </span>
        <span className={classes.calls} title={step.calls}>
          {step.calls || step.kind}
        </span>
        {live && <StateLine state={state} />}
        <Meter state={state} />
      </NodeButton>
    </div>
  );
});
