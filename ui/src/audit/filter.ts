import type { AuditFilter } from "@/api/audit";
import type { auditSearch } from "@/app/searches";
import { moment } from "@/runs/filter";

export type AuditSearch = ReturnType<typeof auditSearch>;

/** Families of acts, as the service names them. */
export const families = [
  { value: "", label: "All acts" },
  { value: "run.", label: "Runs" },
  { value: "scenario.", label: "Scenarios" },
  { value: "schedule.", label: "Schedules" },
  { value: "hook.", label: "Hooks" },
  { value: "tool.", label: "Tool calls" },
  { value: "key.", label: "Keys" },
  { value: "secret.", label: "Secrets" },
  { value: "session.", label: "Sign-ins" },
] as const;

/** What the service is asked for. */
export function auditFilter(search: AuditSearch, now: number): AuditFilter {
  const all: AuditFilter = {
    subject: search.subject,
    action: search.action,
    target: search.target,
    after: moment(search.after, now),
    before: moment(search.before, now),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
