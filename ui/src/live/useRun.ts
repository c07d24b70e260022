import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

import { browserTab } from "./browserTab";
import { OpenRuns } from "./openRuns";
import { throttle } from "./throttle";
import type { Counts, RunStore, RunView, SeenEvent, StepView } from "./types";

/** Milliseconds between two looks at what is long to draw. */
const CALM = 200;

let opened: OpenRuns | null = null;

function openRuns(): OpenRuns {
  opened ??= new OpenRuns(browserTab(), nextFrame, (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  });
  return opened;
}

/** Frames stand still in a tab that nobody sees; it is told all the same, now and then. */
function nextFrame(work: () => void): void {
  if (document.visibilityState === "visible") requestAnimationFrame(work);
  else setTimeout(work, 1000);
}

/** The store of a run, followed while the caller is there; all callers have the same one. */
export function useRunStore(runId: string): RunStore {
  const store = useMemo(() => openRuns().get(runId), [runId]);
  useEffect(() => openRuns().claim(store), [store]);
  return store;
}

/** Reads the store again at most 5 times a second. */
function useCalmly<Value>(store: RunStore, read: () => Value): Value {
  const subscribe = useCallback((listener: () => void) => store.subscribe(throttle(CALM, listener)), [store]);
  return useSyncExternalStore(subscribe, read);
}

/** Where the run's store stands; `store.failure()` says why it failed. */
export function usePhase(store: RunStore): ReturnType<RunStore["phase"]> {
  return useSyncExternalStore(
    useCallback((listener) => store.subscribe(listener), [store]),
    () => store.phase(),
  );
}

/** The run without its steps; null until its first event is there. */
export function useRunView(store: RunStore): RunView | null {
  return useCalmly(store, () => store.run());
}

/** One execution of a step; null while there is none at this path. */
export function useStep(store: RunStore, path: string): StepView | null {
  return useSyncExternalStore(
    useCallback((listener) => store.subscribe(listener), [store]),
    () => store.step(path),
  );
}

/** All executions in the order in which they started. */
export function useSteps(store: RunStore): readonly StepView[] {
  return useCalmly(store, () => store.steps());
}

/** All events so far. */
export function useEvents(store: RunStore): readonly SeenEvent[] {
  return useCalmly(store, () => store.events());
}

/** The executions of the node with this name, and how many of them stand where. */
export function useNode(store: RunStore, name: string): { executions: readonly StepView[]; counts: Counts } {
  const subscribe = useCallback((listener: () => void) => store.subscribeNode(name, listener), [store, name]);
  const executions = useSyncExternalStore(subscribe, () => store.executions(name));
  const counts = useSyncExternalStore(subscribe, () => store.counts(name));
  return { executions, counts };
}
