import type { Scope } from "@/api/deed";
import type { Role, Session } from "@/api/session";

export const roles = ["viewer", "operator", "author", "admin"] as const satisfies readonly Role[];

/** What a role is for, for whoever chooses one. */
export const meaningOf: Readonly<Record<Role, string>> = {
  viewer: "Sees scenarios, runs, tools and statistics.",
  operator: "Also starts, answers, cancels and retries runs, and pauses schedules.",
  author: "Also writes scenarios, schedules and hooks, and tries tools.",
  admin: "Also manages keys and secrets, and sees the audit log and the settings.",
};

interface Meaning {
  /** Goes on after "may not". */
  readonly verb: string;
  /** The least role that may. */
  readonly role: Role;
}

const MEANINGS: Readonly<Record<Scope, Meaning>> = {
  "runs:read": { verb: "see runs", role: "viewer" },
  "runs:write": { verb: "start, answer or change runs", role: "operator" },
  "scenarios:read": { verb: "see scenarios", role: "viewer" },
  "scenarios:write": { verb: "write scenarios", role: "author" },
  "tools:read": { verb: "see tools", role: "viewer" },
  "tools:call": { verb: "call tools outside of runs", role: "author" },
  "triggers:read": { verb: "see schedules and hooks", role: "viewer" },
  "triggers:operate": { verb: "start or pause schedules", role: "operator" },
  "triggers:write": { verb: "change schedules and hooks", role: "author" },
  "stats:read": { verb: "see statistics", role: "viewer" },
  "metrics:read": { verb: "see metrics", role: "viewer" },
  "settings:read": { verb: "see the service's settings", role: "admin" },
  "keys:manage": { verb: "manage keys", role: "admin" },
  "secrets:manage": { verb: "manage secrets", role: "admin" },
  "audit:read": { verb: "see the audit log", role: "admin" },
};

export const scopes = Object.keys(MEANINGS) as Scope[];

/** Whether this session allows it; without sign-in, everything is. */
export const may = (session: Session, scope: Scope): boolean =>
  session.auth === "off" || session.scopes.includes(scope);

/**
 * Why it is not allowed, and to whom it is: `Your role, viewer, may not write scenarios. The role author may.`
 * A role that would do is not enough for somebody who may not see everything.
 */
export function whyNot(session: Session, scope: Scope): string {
  const { verb, role } = MEANINGS[scope];
  if (session.role && roles.indexOf(session.role) >= roles.indexOf(role)) {
    return `You may not ${verb}: that takes somebody who may see every run, scenario and tool.`;
  }
  return `Your role, ${session.role ?? "nobody"}, may not ${verb}. The role ${role} may.`;
}
