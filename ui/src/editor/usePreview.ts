import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { type Evaluation, evaluate } from "@/api/editing";
import type { Tried } from "./expressionUnder";

export type Preview =
  | { readonly kind: "result"; readonly result: unknown; readonly missing: boolean }
  /** `column` counts from 1 in the expression. */
  | { readonly kind: "refused"; readonly message: string; readonly column: number | null };

/** What the service makes of an expression on data; answers to older questions are dropped. */
export function usePreview(tried: Tried | null, data: Evaluation["data"] | null): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const asked = tried && data ? JSON.stringify(question(tried, data)) : null;
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

const question = ({ kind, words }: Tried, data: NonNullable<Evaluation["data"]>): Evaluation =>
  kind === "template" ? { value: { template: words }, data } : { expression: words, data };

function refused(cause: unknown): Preview {
  const column = cause instanceof ApiError ? cause.body.column : null;
  return {
    kind: "refused",
    message: cause instanceof Error ? cause.message : String(cause),
    column: typeof column === "number" ? column : null,
  };
}
