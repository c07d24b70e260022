import { useContext } from "react";

import { Actions } from "./actions";
import { MarksContext, useCurrent, useSelected } from "./marks";
import classes from "./nodes.module.css";
import type { StepOutline } from "./outline";
import { spokenName } from "./spoken";
import type { NodeState } from "./states";

interface Props {
  step: StepOutline;
  state: NodeState | null;
  live: boolean;
  folded: boolean;
}

/**
 * What one presses to select a node: it lies over the node's text, which it says in its own order. Tab reaches one of
 * them, the arrow keys lead to the others.
 */
export function NodeButton({ step, state, live, folded }: Props) {
  const { select } = useContext(Actions);
  const marks = useContext(MarksContext);
  return (
    <button
      type="button"
      className={classes.button}
      data-node={step.id}
      tabIndex={useCurrent(step.id) ? 0 : -1}
      aria-pressed={useSelected(step.id)}
      aria-label={spokenName(step, state, live, folded)}
      title={[step.name, step.calls, step.when && `only when ${step.when}`].filter(Boolean).join("\n")}
      onFocus={() => marks.goTo(step.id)}
      onClick={() => select(step.id)}
    />
  );
}
