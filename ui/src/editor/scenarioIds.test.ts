import { expect, test } from "vitest";

import { idFrom, isScenarioId } from "./scenarioIds";

test.each([
  ["Weekly report!", "weekly_report"],
  ["  Überblick 2 ", "uberblick_2"],
  ["42 answers", "answers"],
  ["日本", ""],
])("the name %j leads to the id %j", (name, id) => {
  expect(idFrom(name)).toBe(id);
  expect(id === "" || isScenarioId(id)).toBe(true);
});

test("an id begins with a small letter and has at most 128 characters", () => {
  expect(isScenarioId("a")).toBe(true);
  for (const text of ["", "A", "1a", "a b", "a".repeat(129)]) expect(isScenarioId(text)).toBe(false);
});
