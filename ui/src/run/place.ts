import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { createContext, useCallback, useContext } from "react";

import type { ScenarioDocument } from "@/api/scenarios";
import type { runTabs } from "@/app/searches";
import type { RunStore } from "@/live/types";

export type RunTab = (typeof runTabs)[number];

/** The run that the page shows, for all its parts. */
export interface ShownRun {
  readonly store: RunStore;
  /** What the run executes; null until it is known, and when nothing knows it any more. */
  readonly document: ScenarioDocument | null;
  /** Opens the form that forks the run, from a step when one is given. */
  readonly fork: (fromStep: string | null) => void;
}

export const ShownRunContext = createContext<ShownRun | null>(null);

export function useShownRun(): ShownRun {
  const shown = useContext(ShownRunContext);
  if (shown === null) throw new Error("Parts of the page of a run stand inside of it.");
  return shown;
}

const from = "/runs/$runId";

/** Where on the page somebody is: it is all in the address, so that it can be shared. */
export function usePlace(): {
  readonly runId: string;
  readonly tab: RunTab;
  readonly step: string | null;
  readonly goToTab: (tab: RunTab) => void;
  readonly goToStep: (step: string | null) => void;
} {
  const { runId } = useParams({ from });
  const { tab = "graph", step = null } = useSearch({ from });
  const navigate = useNavigate({ from });
  const goToTab = useCallback(
    (next: RunTab) => void navigate({ search: (before) => ({ ...before, tab: next }), resetScroll: false }),
    [navigate],
  );
  const goToStep = useCallback(
    (next: string | null) => void navigate({ search: (before) => withStep(before, next), resetScroll: false }),
    [navigate],
  );
  return { runId, tab, step, goToTab, goToStep };
}

/** The query of an address that shows another step, or none. */
export function withStep<Search extends { step?: string }>(
  { step: _, ...others }: Search,
  step: string | null,
): Omit<Search, "step"> & { step?: string } {
  return step === null ? others : { ...others, step };
}
