/** MCP's levels of log lines, the least first. */
export const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;

export type Level = (typeof LEVELS)[number];

/** How grave a level is; one that is not known counts like `info`. */
export function gravityOf(level: string): number {
  const place = (LEVELS as readonly string[]).indexOf(level);
  return place < 0 ? 1 : place;
}
