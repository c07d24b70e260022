import { expect, test } from "vitest";

import { beside, isPicked, latestAttempts, picksOf, repicked, whichOf } from "./picks";
import { execution } from "./testing";

test("without a pick every iteration is looked at", () => {
  expect(isPicked("all[3].fetch", new Map())).toBe(true);
});

test("a pick leaves the other iterations of its block out, and other blocks alone", () => {
  const picks = picksOf("all[3].fetch");
  expect(["all[3].fetch", "all[4].fetch", "other[4].x", "before"].map((path) => isPicked(path, picks))).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("a pick holds for later attempts of the block, too", () => {
  expect(isPicked("all@2[3].fetch", picksOf("all[3].fetch"))).toBe(true);
});

test("another outer iteration forgets the inner one that was picked", () => {
  const picks = picksOf("all[1].each[2].x");
  expect(repicked(picks, "all", 5)).toEqual(new Map([["all", 5]]));
  expect(repicked(picks, "all[1].each", null)).toEqual(new Map([["all", 1]]));
});

test("of a block's attempts only the latest counts", () => {
  const steps = [execution("a.b", "failed"), execution("a.c", "success"), execution("a@2.b", "success")];
  expect(latestAttempts(steps).map((step) => step.path)).toEqual(["a@2.b", "a.c"]);
});

test("there is nothing beside the last execution", () => {
  const steps = [execution("all[0].b", "failed"), execution("all[1].b", "success")];
  expect(beside(steps, "all[0].b", 1)?.path).toBe("all[1].b");
  expect(beside(steps, "all[1].b", 1)).toBeNull();
  expect(beside(steps, "gone", 1)).toBeNull();
});

test("an execution is told from the others of its node by its iterations and attempts", () => {
  expect(["a", "all[3].b", "all@2[3].each[0].b"].map(whichOf)).toEqual(["", "[3]", "[3][0] attempt 2"]);
});
