import type { StepStatus } from "@/api/runs";
import type { Counts } from "@/live/types";

/** What says most about several executions comes first. */
const BY_WEIGHT: readonly StepStatus[] = ["running", "waiting", "failed", "cancelled", "success", "skipped"];

/** The status of several executions taken together; null of none. */
export function statusTogether(counts: Counts): StepStatus | null {
  return BY_WEIGHT.find((status) => (counts[status] ?? 0) > 0) ?? null;
}

/** How many executions have which status. */
export function countsOf(executions: Iterable<{ readonly status: StepStatus }>): Counts {
  const counts: Partial<Record<StepStatus, number>> = {};
  for (const { status } of executions) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + (count ?? 0), 0);
}

/** Such as `996 success, 3 failed, 1 running`, in the order of what matters. */
export function countsInWords(counts: Counts): string {
  return BY_WEIGHT.filter((status) => (counts[status] ?? 0) > 0)
    .map((status) => `${counts[status]?.toLocaleString("en")} ${status}`)
    .join(", ");
}
