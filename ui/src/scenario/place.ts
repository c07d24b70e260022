import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import type { scenarioTabs } from "@/app/searches";

const from = "/scenarios/$scenarioId";

export type ScenarioTab = (typeof scenarioTabs)[number];

/** What of a scenario is shown; it stands in the address, so that it can be sent to somebody. */
export function useScenarioPlace() {
  const { scenarioId } = useParams({ from });
  const { tab = "graph", step = null, run = false } = useSearch({ from });
  const navigate = useNavigate({ from });
  const goToTab = useCallback(
    (next: ScenarioTab) => void navigate({ search: (before) => ({ ...before, tab: next }), replace: true }),
    [navigate],
  );
  const goToStep = useCallback(
    (next: string | null) =>
      void navigate({
        search: ({ step: _, ...before }) => (next === null ? before : { ...before, step: next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const openRun = useCallback(
    (open: boolean) =>
      void navigate({
        search: ({ run: _, ...before }) => (open ? { ...before, run: true as const } : before),
        replace: !open,
        resetScroll: false,
      }),
    [navigate],
  );
  return { scenarioId, tab, step, run, goToTab, goToStep, openRun };
}
