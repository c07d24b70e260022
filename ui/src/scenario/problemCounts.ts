import type { Diagnostic } from "@/api/scenarios";

export type ProblemCounts = Readonly<Record<"error" | "warning", number>>;

export function countedProblems(diagnostics: readonly Diagnostic[]): ProblemCounts {
  const of = (severity: Diagnostic["severity"]) => diagnostics.filter((one) => one.severity === severity).length;
  return { error: of("error"), warning: of("warning") };
}

/** Such as `2 errors, 1 warning`. */
export function counted({ error, warning }: ProblemCounts): string {
  return [worded(error, "error"), worded(warning, "warning")].filter(Boolean).join(", ");
}

function worded(count: number, noun: string): string {
  if (count === 0) return "";
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
