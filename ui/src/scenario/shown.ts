import { createContext, useContext } from "react";
import type { Checked, ScenarioText } from "@/api/editing";
import type { Diagnostic, ScenarioDocument } from "@/api/scenarios";

/** The scenario of the page, as far as it is known. */
export interface ShownScenario {
  readonly text: ScenarioText;
  /** Null for a text that is no scenario. */
  readonly document: ScenarioDocument | null;
  /** Why there is no document. */
  readonly failure: Error | null;
  readonly checked: Checked | null;
}

export const Shown = createContext<ShownScenario | null>(null);

export function useShown(): ShownScenario {
  const shown = useContext(Shown);
  if (!shown) throw new Error("This is shown outside of the page of a scenario.");
  return shown;
}

export const NO_DIAGNOSTICS: readonly Diagnostic[] = [];
