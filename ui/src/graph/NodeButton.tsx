import { type ReactNode, useContext } from "react";

import { Actions } from "./actions";
import { MarksContext, useCurrent, useSelected } from "./marks";
import type { StepOutline } from "./outline";
import { spokenName } from "./spoken";
import type { NodeState } from "./states";

interface Props {
  step: StepOutline;
  state: NodeState | null;
  live: boolean;
  folded: boolean;
  className: string | undefined;
  children: ReactNode;
}

/** What one presses to select a node. Tab reaches one of them, the arrow keys lead to the others. */
export function NodeButton({ step, state, live, folded, className, children }: Props) {
  const { select } = useContext(Actions);
  const marks = useContext(MarksContext);
  return (
    <button
      type="button"
      className={className}
      data-node={step.id}
      tabIndex={useCurrent(step.id) ? 0 : -1}
      aria-pressed={useSelected(step.id)}
      aria-label={spokenName(step, state, live, folded)}
      onFocus={() => marks.goTo(step.id)}
      onClick={() => select(step.id)}
    >
      {children}
    </button>
  );
}
