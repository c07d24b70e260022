import { expect, test } from "vitest";

import { EMPTY, problemsOf, seesEveryRun, wishOf } from "./draft";

test("who looks or looks after everything sees every run, unless somebody chose otherwise", () => {
  const seen = (["viewer", "operator", "author", "admin"] as const).map((role) => seesEveryRun({ ...EMPTY, role }));
  expect(seen).toEqual([true, false, false, true]);
  expect(seesEveryRun({ ...EMPTY, role: "viewer", everyRun: false })).toBe(false);
});

test("days become a moment, and no days none", () => {
  expect(wishOf({ ...EMPTY, name: " ci ", lifetime: "30" }, 0)).toMatchObject({
    name: "ci",
    expires_at: "1970-01-31T00:00:00.000Z",
  });
  expect(wishOf({ ...EMPTY, lifetime: "" }, 0).expires_at).toBeNull();
});

test("what is missing or no pattern is said at its field", () => {
  expect(Object.keys(problemsOf({ ...EMPTY, tools: ["a b"] }))).toEqual(["name", "tools"]);
  expect(problemsOf({ ...EMPTY, name: "ci" })).toEqual({});
  expect(Object.keys(problemsOf({ ...EMPTY, name: "two words" }))).toEqual(["name"]);
});
