import { useEffect, useRef, useState } from "react";

import { type CallRequest, exchange } from "@/api/tools";
import { useMay } from "@/session/useSession";
import { begin, type Call, type Exchange, replace } from "./calls";

/** Between two looks at a task. */
const PAUSE = 1000;

/** Calls a tool and follows the call through its questions and its tasks, until it ends or is stopped. */
export function useCall(server: string, tool: string) {
  const [call, setCall] = useState<Call | null>(null);
  const abort = useRef<AbortController | null>(null);
  const may = useMay(exchange);
  useEffect(() => () => abort.current?.abort(), []);

  const run = async (from: Call, first: CallRequest) => {
    if (!may) return;
    const controller = new AbortController();
    abort.current?.abort();
    abort.current = controller;
    let now = from;
    const show = (next: Call) => {
      now = replace(next);
      // What was stopped says no more, also when its answer comes after all.
      if (!controller.signal.aborted) setCall(next);
    };
    show({ ...now, state: "working" });
    for (let request: CallRequest | null = first; request; ) {
      const done = await exchanged(server, tool, request, controller.signal);
      if (controller.signal.aborted) break;
      const task: string | null = done.response?.type === "task" ? done.response.continuation : null;
      const asks = done.response?.type === "input_required";
      const state = asks ? "asks" : task === null ? "ended" : "working";
      show({ ...now, exchanges: withLatest(now.exchanges, done), state });
      request = task === null ? null : { continuation: task };
      if (request) await pause(controller.signal);
    }
  };

  return {
    call,
    /** Shows a call of before, without calling again. */
    show: (earlier: Call) => {
      abort.current?.abort();
      setCall(earlier);
    },
    start: (given: Record<string, unknown>) => void run(begin(server, tool, given), { arguments: given }),
    answer: (from: Call, answers: NonNullable<CallRequest["answers"]>) => {
      const continuation = from.exchanges.at(-1)?.response?.continuation ?? null;
      void run(from, { arguments: from.arguments, continuation, answers });
    },
    stop: (from: Call) => {
      abort.current?.abort();
      setCall(replace({ ...from, state: "stopped" }));
    },
  };
}

async function exchanged(server: string, tool: string, request: CallRequest, signal: AbortSignal): Promise<Exchange> {
  try {
    return { request, response: await exchange(server, tool, request, signal), error: null };
  } catch (error) {
    return { request, response: null, error };
  }
}

/** Looks at a task are many and alike: only the latest is kept. */
function withLatest(exchanges: readonly Exchange[], done: Exchange): readonly Exchange[] {
  const before = exchanges.at(-1);
  const again = before?.response?.type === "task" && done.response?.type === "task";
  return again ? [...exchanges.slice(0, -1), done] : [...exchanges, done];
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
