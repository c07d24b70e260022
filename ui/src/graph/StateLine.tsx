import { useNow } from "@/components/clock";
import { between, duration } from "@/components/time";
import { sharesOf } from "./counts";
import classes from "./StateLine.module.css";
import { isMany, stateTold } from "./spoken";
import type { NodeState } from "./states";

/** Where a node stands: its status and what it took, or how many of its executions stand where. */
export function StateLine({ state }: { state: NodeState | null }) {
  const text = stateTold(state);
  if (!state) return <span className={classes.line}>{text}</span>;
  return (
    <span className={classes.line}>
      <span className={`${classes.tone} ${classes.status}`} data-status={state.status} title={text}>
        {text}
      </span>
      {state.attempt > 1 && !isMany(state) && <span className={classes.attempt}>attempt {state.attempt}</span>}
      {!isMany(state) && <NodeTook state={state} />}
    </span>
  );
}

function NodeTook({ state }: { state: NodeState }) {
  const now = useNow(state.finished_at === null);
  return <span className={classes.took}>{duration(between(state.started_at, state.finished_at, now))}</span>;
}

/** At the foot of a node: how far it is, or the shares of its executions by status. */
export function Meter({ state }: { state: NodeState | null }) {
  if (!state) return null;
  if (isMany(state) && state.counts) {
    return (
      <span className={classes.meter}>
        {sharesOf(state.counts).map(({ status, part }) => (
          <span
            key={status}
            data-status={status}
            className={`${classes.tone} ${classes.share}`}
            style={{ flexGrow: part }}
          />
        ))}
      </span>
    );
  }
  if (state.progress === null || state.finished_at !== null) return null;
  return (
    <span className={classes.meter}>
      <span
        data-status={state.status}
        className={`${classes.tone} ${classes.share}`}
        style={{ width: `${state.progress * 100}%` }}
      />
    </span>
  );
}
