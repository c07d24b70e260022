import type { Syntax } from "@/editor/text/outline";

/** A text in this browser: of a draft that is not saved, or of a save as it was written, with its comments. */
export interface KeptText {
  readonly text: string;
  readonly syntax: Syntax;
  /** The revision that it was made from, or that it became; null for a scenario that is new. */
  readonly revision: string | null;
  readonly at: string;
}

type Kind = "draft" | "written";

const keyOf = (kind: Kind, scenarioId: string): string => `callsheet-${kind}:${scenarioId}`;

/** What was kept, or null. Somebody else may have written there: what makes no sense is nothing. */
export function kept(kind: Kind, scenarioId: string, storage: Storage = localStorage): KeptText | null {
  try {
    const found: unknown = JSON.parse(storage.getItem(keyOf(kind, scenarioId)) ?? "null");
    return isKeptText(found) ? found : null;
  } catch {
    return null;
  }
}

function isKeptText(value: unknown): value is KeptText {
  if (typeof value !== "object" || value === null) return false;
  const { text, syntax, revision, at } = value as Partial<KeptText>;
  return (
    typeof text === "string" &&
    (syntax === "json" || syntax === "yaml") &&
    (revision === null || typeof revision === "string") &&
    typeof at === "string"
  );
}

/** Whether it could be kept; a full or forbidden storage is no reason to fail. */
export function keep(kind: Kind, scenarioId: string, text: KeptText, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(keyOf(kind, scenarioId), JSON.stringify(text));
    return true;
  } catch {
    return false;
  }
}

export function forget(kind: Kind, scenarioId: string, storage: Storage = localStorage): void {
  try {
    storage.removeItem(keyOf(kind, scenarioId));
  } catch {
    // Where nothing can be kept, nothing is there to forget.
  }
}
