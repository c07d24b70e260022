import { expect, test } from "vitest";

import { iterationsOf, segmentsOf, withoutAttempts } from "./stepPath";

test("a step of the document's own list is one segment", () => {
  expect(segmentsOf("search")).toEqual([
    { name: "search", attempt: 1, iteration: null, owner: "search", prefix: "search" },
  ]);
});

test("a step of an iteration in a block's second attempt names both", () => {
  expect(segmentsOf("pages@2[3].read")[0]).toEqual({
    name: "pages",
    attempt: 2,
    iteration: 3,
    owner: "pages",
    prefix: "pages@2[3]",
  });
});

test("the owner of an inner iteration keeps the outer one", () => {
  expect(iterationsOf("all[1].each[22].read").map(({ owner, iteration }) => [owner, iteration])).toEqual([
    ["all", 1],
    ["all[1].each", 22],
  ]);
});

test("attempts of one execution have the same path without them", () => {
  expect(withoutAttempts("a@2.b[1]@3.c")).toBe("a.b[1].c");
});
