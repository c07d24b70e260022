import { expect, test } from "vitest";

import { BEGIN, execution } from "@/run/testing";
import { densityOf } from "./density";
import { treeOf } from "./tree";

test("a slice counts the iterations at work in it and those that failed in it", () => {
  const [pages] = treeOf([
    execution("pages", "running"),
    execution("pages[0].read", "success", [0, 35]),
    execution("pages[1].read", "failed", [10, 15]),
    execution("pages[2].read", "running", [20, null]),
  ]);
  const slices = densityOf(pages?.children ?? [], { from: BEGIN, to: BEGIN + 40 }, 4, BEGIN + 40);
  expect(slices.map(({ active }) => active)).toEqual([1, 2, 2, 2]);
  expect(slices.map(({ failed }) => failed)).toEqual([0, 1, 0, 0]);
});
