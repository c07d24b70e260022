import { ApiError } from "@/api/client";
import type { ScenarioText } from "@/api/editing";
import { type KeptText, kept } from "@/editor/saving/keptTexts";
import type { Syntax } from "@/editor/text/outline";

/** A document as the editor begins with it. */
export interface Opened {
  readonly text: string;
  readonly syntax: Syntax;
  /** What a save is based on; null when nothing is saved under this id. */
  readonly revision: string | null;
  /** The file that it is, which cannot be saved over. */
  readonly file: string | null;
  /** A draft that this browser kept; it differs from `text`. */
  readonly draft: KeptText | null;
}

/**
 * What to begin with. Of a scenario that was saved from here as YAML that is the text as it was written: the service keeps
 * documents, which have no comments. What does not exist yet begins with its draft; without one there is nothing.
 */
export function opened(scenarioId: string, found: ScenarioText | null, storage?: Storage): Opened | null {
  const draft = kept("draft", scenarioId, storage);
  if (!found) return draft && { text: draft.text, syntax: draft.syntax, revision: null, file: null, draft: null };
  const written = kept("written", scenarioId, storage);
  const same = !found.read_only && written !== null && written.revision === found.revision;
  const { text, syntax } = same ? written : { text: found.source, syntax: found.syntax };
  return {
    text,
    syntax,
    revision: found.revision || null,
    file: found.read_only ? (found.path ?? "a file") : null,
    draft: draft && draft.text !== text ? draft : null,
  };
}

/** Whether a scenario does not exist, which is where a new one begins. */
export const isUnknown = (error: unknown): boolean => error instanceof ApiError && error.code === "scenario.not_found";
