import { useSyncExternalStore } from "react";

import type { CallRequest, CallResponse } from "@/api/tools";

/** One request and what came of it; `error` is what was thrown when nothing usable came. */
export interface Exchange {
  readonly request: CallRequest;
  readonly response: CallResponse | null;
  readonly error: unknown;
}

/** A call of a tool: several exchanges when it asks something or takes its time. */
export interface Call {
  readonly id: number;
  readonly server: string;
  readonly tool: string;
  readonly started_at: string;
  readonly arguments: Record<string, unknown>;
  readonly exchanges: readonly Exchange[];
  readonly state: "working" | "asks" | "ended" | "stopped";
}

const KEPT = 20;

let calls: readonly Call[] = [];
let last = 0;
const listeners = new Set<() => void>();

/** The last calls of this session, newest first. They are only in memory: arguments may hold what nobody should keep. */
export function useCalls(): readonly Call[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => calls,
  );
}

export function begin(server: string, tool: string, given: Record<string, unknown>): Call {
  last += 1;
  const started_at = new Date().toISOString();
  const call: Call = { id: last, server, tool, started_at, arguments: given, exchanges: [], state: "working" };
  set([call, ...calls].slice(0, KEPT));
  return call;
}

/** Puts a later version of a call in the place of the one before; one that is not kept any more stays away. */
export function replace(call: Call): Call {
  set(calls.map((each) => (each.id === call.id ? call : each)));
  return call;
}

export function forgetAll(): void {
  set([]);
}

function set(next: readonly Call[]): void {
  calls = next;
  for (const listener of listeners) listener();
}
