import type { StepStatus } from "@/api/runs";
import type { Counts } from "@/live/types";

/** What has ended well first, then what asks for attention. */
const ORDER: readonly StepStatus[] = ["success", "failed", "running", "waiting", "cancelled", "skipped"];

export interface Share {
  readonly status: StepStatus;
  readonly count: number;
  /** Of all executions, from 0 to 1. */
  readonly part: number;
}

/** The counts that are not zero, in the order in which they are told. */
export function sharesOf(counts: Counts): readonly Share[] {
  const total = totalOf(counts);
  return ORDER.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count > 0 ? [{ status, count, part: count / total }] : [];
  });
}

export function totalOf(counts: Counts): number {
  return ORDER.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** Such as `812 success · 3 failed · 5 running`. */
export function told(counts: Counts): string {
  return sharesOf(counts)
    .map(({ status, count }) => `${count} ${status}`)
    .join(" · ");
}
