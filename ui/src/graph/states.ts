import { createContext, useCallback, useContext, useSyncExternalStore } from "react";

import type { Status } from "@/components/StatusBadge";
import type { Counts } from "@/live/types";

/** Where a node of the graph stands in a run. */
export interface NodeState {
  readonly status: Status;
  /** Of a node that was executed many times: how many of its executions stand where. */
  readonly counts: Counts | null;
  readonly attempt: number;
  /** From 0 to 1. */
  readonly progress: number | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/**
 * The states of all nodes. They live outside the graph's nodes, so that a step that goes on paints one node and not the
 * graph. `get` gives the same object until something in it changed, and null for a node that the run has not reached.
 */
export interface NodeStates {
  get(nodeId: string): NodeState | null;
  subscribe(nodeId: string, listener: () => void): () => void;
}

/** Null where a document is shown without a run. */
export const States = createContext<NodeStates | null>(null);

const silent = (): (() => void) => () => undefined;

/** The state of one node; the component is drawn again when that changes. */
export function useNodeState(nodeId: string): NodeState | null {
  const states = useContext(States);
  const subscribe = useCallback(
    (listener: () => void) => (states ? states.subscribe(nodeId, listener) : silent()),
    [states, nodeId],
  );
  return useSyncExternalStore(subscribe, () => states?.get(nodeId) ?? null);
}

/** How a node looks: as its status says, `unreached` in a run that has not come to it, `plain` without a run. */
export function lookOf(state: NodeState | null, live: boolean): Status | "unreached" | "plain" {
  if (!live) return "plain";
  return state?.status ?? "unreached";
}
