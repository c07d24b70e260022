import { ApiError } from "@/api/client";
import type { Problem } from "@/forms";

const NONE: readonly Problem[] = [];

/** What a refusal of the service says of the part of the request at `under`, by its places in that part. */
export function problemsUnder(error: unknown, under: string): readonly Problem[] {
  const found = problemsOf(error).filter(({ pointer }) => pointer === under || pointer.startsWith(`${under}/`));
  return found.length === 0
    ? NONE
    : found.map((problem) => ({ ...problem, pointer: problem.pointer.slice(under.length) }));
}

/** What it says of one field; null when that is not what it is about. */
export function problemAt(error: unknown, pointer: string): string | null {
  return problemsOf(error).find((problem) => problem.pointer === pointer)?.message ?? null;
}

function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof ApiError) || !Array.isArray(error.body.problems)) return NONE;
  return error.body.problems.filter(isProblem);
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "pointer" in value &&
    typeof value.pointer === "string" &&
    "message" in value &&
    typeof value.message === "string"
  );
}
