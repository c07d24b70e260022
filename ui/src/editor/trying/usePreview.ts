import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { type Evaluation, evaluate } from "@/api/editing";
import type { Tried } from "@/editor/text/expressionUnder";

export type Preview =
  | { readonly kind: "result"; readonly result: unknown; readonly missing: boolean }
  /** `column` counts from 1 in the expression. */
  | { readonly kind: "refused"; readonly message: string; readonly column: number | null };

/** What an expression sees: data that is typed, or what a run had, as one of its steps saw it or at its end. */
export type Roots = Pick<Evaluation, "data"> | Pick<Evaluation, "run_id" | "step_path">;

/** What the service makes of an expression; answers to older questions are dropped. */
export function usePreview(tried: Tried | null, roots: Roots | null): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const asked = tried && roots ? JSON.stringify(question(tried, roots)) : null;
  useEffect(() => {
    if (asked === null) {
      setPreview(null);
      return;
    }
    const given = new AbortController();
    evaluate(JSON.parse(asked), given.signal).then(
      ({ result, missing }) => setPreview({ kind: "result", result, missing }),
      (cause: unknown) => {
        if (!given.signal.aborted) setPreview(refused(cause));
      },
    );
    return () => given.abort();
  }, [asked]);
  return preview;
}

const question = ({ kind, words }: Tried, roots: Roots): Evaluation =>
  kind === "template" ? { value: { template: words }, ...roots } : { expression: words, ...roots };

function refused(cause: unknown): Preview {
  const column = cause instanceof ApiError ? cause.body.column : null;
  return {
    kind: "refused",
    message: cause instanceof Error ? cause.message : String(cause),
    column: typeof column === "number" ? column : null,
  };
}
