import { expect, test } from "vitest";

import { sharesOf, told, totalOf } from "./counts";

test("counts are told in one order, without those that are zero", () => {
  expect(told({ running: 5, failed: 3, success: 812, waiting: 0 })).toBe("812 success · 3 failed · 5 running");
  expect(told({})).toBe("");
});

test("the shares of a node add up to all its executions", () => {
  const counts = { success: 6, failed: 1, skipped: 1 };
  expect(totalOf(counts)).toBe(8);
  expect(sharesOf(counts).map(({ status, part }) => [status, part])).toEqual([
    ["success", 0.75],
    ["failed", 0.125],
    ["skipped", 0.125],
  ]);
});
