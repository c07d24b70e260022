import { useShortcut } from "@/app/shortcuts";
import type { RunStore } from "@/live/types";

import { usePlace } from "./place";

/** Goes through the steps of a run in the order in which they began. */
export function useStepShortcuts(store: RunStore): void {
  const { step, goToStep } = usePlace();
  const go = (by: -1 | 1) => {
    const steps = store.steps();
    const here = steps.findIndex(({ path }) => path === step);
    const next = here < 0 ? (by > 0 ? steps[0] : steps.at(-1)) : steps[here + by];
    if (next) goToStep(next.path);
  };
  useShortcut("[", "Show the step before", () => go(-1));
  useShortcut("]", "Show the next step", () => go(1));
}
