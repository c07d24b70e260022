import type { ToolServer } from "@/api/tools";

/** How a tool server is, in a word; the tone is a status colour. */
export interface ServerState {
  word: string;
  tone: "success" | "waiting" | "failed" | "none";
}

export function stateOf(server: ToolServer): ServerState {
  if (server.needs_auth) return { word: "needs sign-in", tone: "waiting" };
  if (server.circuit === "open") return { word: "calls are held back", tone: "failed" };
  if (server.error !== null) return { word: "unavailable", tone: "failed" };
  if (server.circuit === "half_open") return { word: "trying again", tone: "waiting" };
  return server.connected ? { word: "connected", tone: "success" } : { word: "not connected yet", tone: "none" };
}

const LOCKS: Readonly<Record<ToolServer["lock"], string>> = {
  strict: "A tool that is not what was locked is refused.",
  warn: "A tool that is not what was locked is named, and used.",
  off: "What was locked is not looked at.",
};

export const lockMeaning = (lock: ToolServer["lock"]): string => LOCKS[lock];

/** The calls at work, in words; empty when there are none. */
export function callsOf({ in_flight, waiting }: ToolServer): string {
  const running = in_flight > 0 ? `${in_flight} ${in_flight === 1 ? "call" : "calls"} at work` : "";
  return [running, waiting > 0 ? `${waiting} waiting` : ""].filter(Boolean).join(", ");
}
