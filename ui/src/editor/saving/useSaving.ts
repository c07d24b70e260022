import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { ApiError } from "@/api/client";
import { type Saved, saveText } from "@/api/editing";
import { scenarioKeys } from "@/api/scenarios";
import type { Syntax } from "@/editor/text/outline";
import { useMay } from "@/session/useSession";
import { forget, keep } from "./keptTexts";

export type Saving =
  | { readonly state: "idle" }
  | { readonly state: "busy" }
  | { readonly state: "saved"; readonly saved: Saved; readonly text: string }
  /** Somebody else saved meanwhile. */
  | { readonly state: "conflict"; readonly error: ApiError }
  | { readonly state: "failed"; readonly error: unknown };

/** Saving one scenario; what was saved is kept as it was written, for this browser. */
export function useSaving(scenarioId: string) {
  const [saving, setSaving] = useState<Saving>({ state: "idle" });
  const client = useQueryClient();
  const may = useMay(saveText);
  const save = useCallback(
    async (text: string, syntax: Syntax, base: string | null): Promise<Saved | null> => {
      if (!may) return null;
      setSaving({ state: "busy" });
      try {
        const saved = await saveText(scenarioId, text, syntax, base);
        const at = new Date().toISOString();
        if (syntax === "yaml") keep("written", scenarioId, { text, syntax, revision: saved.revision, at });
        forget("draft", scenarioId);
        setSaving({ state: "saved", saved, text });
        void client.invalidateQueries({ queryKey: scenarioKeys.all, refetchType: "none" });
        return saved;
      } catch (error) {
        const conflict = error instanceof ApiError && error.code === "scenario.conflict";
        setSaving(conflict ? { state: "conflict", error } : { state: "failed", error });
        return null;
      }
    },
    [scenarioId, client, may],
  );
  const dismiss = useCallback(() => setSaving({ state: "idle" }), []);
  return { saving, save, dismiss };
}
