import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { memo, useContext } from "react";

import { Actions } from "./actions";
import { MarksContext, useCurrent, useSelected } from "./marks";
import { NodeButton } from "./NodeButton";
import { NodeText } from "./NodeText";
import type { BlockFlowNode } from "./nodes";
import classes from "./nodes.module.css";
import type { StepOutline } from "./outline";
import { stepsInside } from "./spoken";
import { lookOf, useNodeState } from "./states";

/** A step with steps inside: a frame around them, or when it is folded a box in their place. */
export const BlockNode = memo(function BlockNode({ data: { step, folded, live } }: NodeProps<BlockFlowNode>) {
  const state = useNodeState(step.id);
  const selected = useSelected(step.id);
  const shape = folded ? classes.folded : classes.block;
  return (
    <div className={`${classes.node} ${shape}`} data-look={lookOf(state, live)} data-selected={selected}>
      <div className={classes.top}>
        <NodeText step={step} about={about(step, folded)} state={state} live={live} className={classes.head} />
        <NodeButton step={step} state={state} live={live} folded={folded} />
      </div>
      <FoldButton step={step} folded={folded} />
    </div>
  );
});

function about(step: StepOutline, folded: boolean): string {
  const inside = stepsInside(step);
  const many = inside === 1 ? "1 step inside" : `${inside} steps inside`;
  return [step.kind, folded ? many : step.calls].filter(Boolean).join(" · ");
}

function FoldButton({ step, folded }: { step: StepOutline; folded: boolean }) {
  const { fold } = useContext(Actions);
  const marks = useContext(MarksContext);
  const Icon = folded ? IconChevronRight : IconChevronDown;
  return (
    <button
      type="button"
      className={classes.fold}
      tabIndex={useCurrent(step.id) ? 0 : -1}
      aria-expanded={!folded}
      aria-label={`Steps inside ${step.name}`}
      title={folded ? "Unfold" : "Fold"}
      onFocus={() => marks.goTo(step.id)}
      onClick={() => fold(step.id)}
    >
      <Icon size={16} stroke={1.8} aria-hidden />
    </button>
  );
}
