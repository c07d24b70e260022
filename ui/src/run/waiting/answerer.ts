import type { Session } from "@/api/session";

/** Whoever uses this tab as the service knows them; null where nobody is asked who they are. */
export const knownAs = (session: Session | null): string | null =>
  session?.auth === "on" ? (session.subject ?? null) : null;

/** Whether a name in `assignees` means a caller: their subject, or what follows its first colon and has none itself. */
const isCalled = (subject: string, name: string): boolean =>
  name === subject || (!name.includes(":") && name === subject.slice(subject.indexOf(":") + 1));

/** Why somebody who is known may not answer what others are asked; null when they may. */
export function whyNotTheirs(subject: string | null, assignees: readonly string[]): string | null {
  if (subject === null || assignees.length === 0 || assignees.some((name) => isCalled(subject, name))) return null;
  return `You are ${subject}; this is to be answered by ${assignees.join(" or ")}.`;
}
