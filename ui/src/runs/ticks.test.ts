import { expect, test } from "vitest";

import type { RunRow } from "@/api/runs";
import { between } from "./ticks";

const runs = ["d", "c", "b", "a"].map((run_id) => ({ run_id }) as RunRow);

test("a range is the same in both directions", () => {
  expect(between(runs, "c", "a")).toEqual(["c", "b", "a"]);
  expect(between(runs, "a", "c")).toEqual(["c", "b", "a"]);
});

test("without a beginning, or with one that is gone, it is the one run", () => {
  expect(between(runs, null, "b")).toEqual(["b"]);
  expect(between(runs, "gone", "b")).toEqual(["b"]);
});
