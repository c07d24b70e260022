import type { ToolServer } from "@/api/tools";

/** What keeps calls of a tool server from working, in a few words; null when nothing is known to. */
export function trouble(server: ToolServer): string | null {
  if (server.needs_auth) return "needs sign-in";
  if (server.circuit === "open") return "calls fail at once";
  return server.error !== null ? "does not answer" : null;
}
