import classes from "./nodes.module.css";
import type { StepOutline } from "./outline";
import { Meter, StateLine } from "./StateLine";
import { StepIcon } from "./StepIcon";
import type { NodeState } from "./states";

interface Props {
  step: StepOutline;
  /** The second line. */
  about: string;
  state: NodeState | null;
  live: boolean;
  className: string | undefined;
}

/** What is written on a node; its button says the same to those who cannot see it. */
export function NodeText({ step, about, state, live, className }: Props) {
  return (
    <div className={className} aria-hidden="true">
      <span className={classes.first}>
        <StepIcon kind={step.kind} />
        <span className={classes.name}>{step.name}</span>
        {step.when && <span className={classes.when}>when</span>}
      </span>
      <span className={classes.calls}>{about}</span>
      {live && <StateLine state={state} />}
      <Meter state={state} />
    </div>
  );
}
