import type { RunStatus } from "@/api/runs";

const ENDED: readonly RunStatus[] = ["success", "failed", "cancelled"];

/** Whether nothing will happen to a run any more. */
export const hasEnded = (status: RunStatus): boolean => ENDED.includes(status);

/** Whether a retry finds a step to begin with. */
export const canBeRetried = (status: RunStatus): boolean => status === "failed" || status === "cancelled";
