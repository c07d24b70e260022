import { useEffect } from "react";
import type { Syntax } from "@/editor/text/outline";
import { forget, keep } from "./keptTexts";

interface Draft {
  scenarioId: string;
  text: string;
  syntax: Syntax;
  revision: string | null;
  changed: boolean;
}

/** Keeps what is not saved in this browser, so that a reload or a crash loses nothing. */
export function useDraft({ scenarioId, text, syntax, revision, changed }: Draft): void {
  useEffect(() => {
    if (changed) keep("draft", scenarioId, { text, syntax, revision, at: new Date().toISOString() });
    else if (revision !== null) forget("draft", scenarioId);
  }, [scenarioId, text, syntax, revision, changed]);
}
