import { expect, test } from "vitest";

import type { Session } from "@/api/session";
import { knownAs, whyNotTheirs } from "./answerer";

const session = (auth: "on" | "off", subject: string | null) => ({ auth, subject }) as Session;

test("where nobody is asked who they are, they say it themselves", () => {
  expect(knownAs(null)).toBeNull();
  expect(knownAs(session("off", "local"))).toBeNull();
  expect(knownAs(session("on", "key:ada"))).toBe("key:ada");
  expect(whyNotTheirs(null, ["ada"])).toBeNull();
});

test.each([
  ["key:ada", ["ada"]],
  ["key:ada", ["grace", "key:ada"]],
  ["user:7", ["7"]],
  ["user:7", []],
])("%s may answer what %j are asked", (subject, assignees) => {
  expect(whyNotTheirs(subject, assignees)).toBeNull();
});

test.each([
  ["key:ada", ["user:ada"]],
  ["user:key:ada", ["key:ada"]],
  ["key:ada", ["ad", ""]],
])("%s may not answer what %j are asked", (subject, assignees) => {
  expect(whyNotTheirs(subject, assignees)).toContain(subject);
});
