import type { ForkWish } from "@/api/runActions";

interface Chosen {
  readonly from: string | null;
  readonly revision: "same" | "latest";
  /** Null to take over the run's own. */
  readonly input: unknown;
  /** The run's own input. */
  readonly was: unknown;
}

/** What is asked of the service: only what differs from the run itself. */
export function forkWishOf({ from, revision, input, was }: Chosen): Partial<ForkWish> {
  const changed = isRecord(input) && JSON.stringify(input) !== JSON.stringify(was);
  return {
    ...(from === null ? {} : { from_step: from }),
    ...(revision === "latest" ? { revision } : {}),
    ...(changed ? { input } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
