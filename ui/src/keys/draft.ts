import type { KeyWish } from "@/api/keys";
import type { Role } from "@/api/session";
import { isPattern } from "./patterns";

/** For how long a key may count. */
export const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "", label: "Until it is revoked" },
] as const;

/** What somebody filled in. */
export interface Draft {
  readonly name: string;
  readonly role: Role;
  /** Null as long as nobody chose: then it depends on the role. */
  readonly everyRun: boolean | null;
  readonly scenarios: readonly string[];
  readonly tools: readonly string[];
  /** Days; empty for ever. */
  readonly lifetime: string;
}

export const EMPTY: Draft = {
  name: "",
  role: "operator",
  everyRun: null,
  scenarios: ["*"],
  tools: ["*"],
  lifetime: "90",
};

/** Those who only look, and those who look after everything, see every run; the others their own. */
export const seesEveryRun = ({ role, everyRun }: Draft): boolean => everyRun ?? (role === "viewer" || role === "admin");

const DAY = 86_400_000;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** What the service is asked for. */
export const wishOf = (draft: Draft, now: number): KeyWish => ({
  name: draft.name.trim(),
  role: draft.role,
  every_run: seesEveryRun(draft),
  scenarios: [...draft.scenarios],
  tools: [...draft.tools],
  expires_at: draft.lifetime === "" ? null : new Date(now + Number(draft.lifetime) * DAY).toISOString(),
});

/** What is wrong with it, by field; the service says the rest. */
export function problemsOf({ name, scenarios, tools }: Draft): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  if (name.trim() === "") problems.name = "A key has a name: whose it is.";
  else if (!NAME.test(name.trim())) problems.name = "At most 64 letters, digits and _ . - make a name.";
  for (const [field, patterns] of Object.entries({ scenarios, tools })) {
    const wrong = patterns.find((pattern) => !isPattern(pattern));
    if (wrong !== undefined) problems[field] = `“${wrong}” is no pattern: letters, digits and _ . : / - and * for any.`;
  }
  return problems;
}
