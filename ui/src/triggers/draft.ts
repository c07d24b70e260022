import type { TriggerDocument } from "@/api/triggers";

/** What a form holds of a document: every field as it is typed; `input` as JSON text. */
export type Draft = Readonly<Record<string, string | number | boolean>> & { readonly input: string };

/** The fields of a document for a form, with what a new one begins with. */
export function draftOf(document: TriggerDocument | null, empty: Draft): Draft {
  const draft: Record<string, string | number | boolean> = { ...empty };
  for (const [key, value] of Object.entries(document ?? {})) {
    if (key in draft && (typeof value === "string" || typeof value === "number" || typeof value === "boolean")) {
      draft[key] = value;
    }
  }
  const input = document && "input" in document ? JSON.stringify(document.input, null, 2) : empty.input;
  return { ...draft, input };
}

/**
 * The document that a form describes: what it was, with the form's fields; what is empty or as the language has it anyway is
 * left out.
 *
 * @throws SyntaxError `input` is not JSON
 */
export function documentOf(draft: Draft, defaults: TriggerDocument, before: TriggerDocument | null): TriggerDocument {
  const document: Record<string, unknown> = { schema_version: "1", ...before };
  for (const [key, value] of Object.entries(draft)) {
    if (key === "input") continue;
    if (value === "" || value === defaults[key]) delete document[key];
    else document[key] = value;
  }
  if (draft.input.trim() === "") delete document.input;
  else document.input = JSON.parse(draft.input) as unknown;
  return document;
}
