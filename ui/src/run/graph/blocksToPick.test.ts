import { expect, test } from "vitest";

import { picksOf } from "@/run/picks";
import { execution } from "@/run/testing";
import { treeOf } from "@/run/timeline/tree";
import { blocksToPick } from "./blocksToPick";

const tree = treeOf([
  execution("all", "running"),
  execution("all[0].each", "success"),
  execution("all[0].each[0].read", "success"),
  execution("all[1].each", "running"),
  execution("all[1].each[0].read", "success"),
  execution("all[1].each[1].read", "running"),
]);
const shown = (picks: ReadonlyMap<string, number>) =>
  blocksToPick(tree, picks).map(({ owner, iterations }) => [owner, iterations.length]);

test("without a pick only outer blocks can be picked from", () => {
  expect(shown(new Map())).toEqual([["all", 2]]);
});

test("in an iteration that is picked its inner blocks can be, too", () => {
  expect(shown(picksOf("all[1].each"))).toEqual([
    ["all", 2],
    ["all[1].each", 2],
  ]);
});

test("a later attempt of a block counts in the place of the earlier one", () => {
  const again = treeOf([
    execution("all", "running"),
    execution("all[0].a", "failed"),
    execution("all@2[0].a", "success"),
  ]);
  const [block] = blocksToPick(again, new Map());
  expect(block?.iterations.map(({ status }) => status)).toEqual(["success"]);
});
