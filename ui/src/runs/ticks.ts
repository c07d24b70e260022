import { useMemo, useRef, useState } from "react";

import type { RunRow } from "@/api/runs";

/** Which rows are ticked. */
export interface Ticks {
  has(runId: string): boolean;
  /** `range`: everything from the last one that was ticked to this one, too. */
  toggle(run: RunRow, range: boolean): void;
  readonly all: boolean;
  toggleAll(): void;
}

export interface Chosen extends Ticks {
  /** In the order of the list. */
  readonly runs: readonly RunRow[];
  clear(): void;
}

/** The runs from one to another, both included; the one alone when the other is gone. */
export function between(runs: readonly RunRow[], from: string | null, to: string): readonly string[] {
  const ids = runs.map((run) => run.run_id);
  const [a, b] = [ids.indexOf(from ?? to), ids.indexOf(to)];
  return a === -1 ? [to] : ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** The selection in a list of runs. What leaves the list is not selected any more. */
export function useTicks(runs: readonly RunRow[]): Chosen {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  const chosen = useMemo(() => runs.filter((run) => ids.has(run.run_id)), [runs, ids]);
  const all = runs.length > 0 && chosen.length === runs.length;
  return {
    runs: chosen,
    all,
    has: (runId) => ids.has(runId),
    toggle: ({ run_id }, range) => {
      const next = new Set(ids);
      const on = !ids.has(run_id);
      for (const id of range ? between(runs, last.current, run_id) : [run_id]) {
        if (on) next.add(id);
        else next.delete(id);
      }
      last.current = run_id;
      setIds(next);
    },
    toggleAll: () => setIds(new Set(all ? [] : runs.map((run) => run.run_id))),
    clear: () => setIds(new Set()),
  };
}
