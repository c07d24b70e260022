import type { NodeState, NodeStates } from "@/graph";
import type { RunStore, StepView } from "@/live/types";
import { isPicked, latestAttempts, type Picks } from "@/run/picks";
import { countsOf, statusTogether } from "@/run/together";

/** What the graph shows of a run's nodes: one execution where there is one, counts where there are several. */
export function nodeStatesOf(store: RunStore, picks: Picks): NodeStates {
  const known = new Map<string, { readonly executions: readonly StepView[]; readonly state: NodeState | null }>();
  return {
    get(nodeId) {
      const executions = store.executions(nodeId);
      const before = known.get(nodeId);
      // The graph asks at every change of anything: the same executions give the same object.
      if (before?.executions === executions) return before.state;
      const state = stateOf(latestAttempts(executions.filter((step) => isPicked(step.path, picks))));
      known.set(nodeId, { executions, state });
      return state;
    },
    subscribe: (nodeId, listener) => store.subscribeNode(nodeId, listener),
  };
}

function stateOf(executions: readonly StepView[]): NodeState | null {
  const [first, second] = executions;
  if (!first) return null;
  return second ? stateTogether(first, executions) : stateAlone(first);
}

function stateAlone(step: StepView): NodeState {
  return {
    status: step.status,
    counts: null,
    attempt: step.attempts.length,
    progress: step.status === "running" ? shareOf(step) : null,
    started_at: step.started_at,
    finished_at: step.finished_at,
  };
}

function stateTogether(first: StepView, executions: readonly StepView[]): NodeState {
  const counts = countsOf(executions);
  return {
    status: statusTogether(counts) ?? first.status,
    counts,
    attempt: 1,
    progress: null,
    started_at: first.started_at,
    finished_at: endTogether(executions),
  };
}

function shareOf({ progress }: StepView): number | null {
  if (!progress?.total) return null;
  return Math.min(1, Math.max(0, progress.progress / progress.total));
}

/** When the last of them ended; null while one is at work. Timestamps of the API sort as texts do. */
function endTogether(executions: readonly StepView[]): string | null {
  const ends = executions.map((step) => step.finished_at);
  return ends.some((end) => end === null) ? null : (ends.toSorted().at(-1) ?? null);
}
