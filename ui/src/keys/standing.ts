import type { Key } from "@/api/keys";

/** Whether a key counts, and else why not. */
export type KeyState = "counts" | "expired" | "revoked";

export function stateOf({ revoked_at, expires_at }: Key, now: number): KeyState {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && Date.parse(expires_at) <= now ? "expired" : "counts";
}
