import { expect, test } from "vitest";

import { ApiError } from "@/api/client";
import type { RunRow } from "@/api/runs";
import { byReason, isFor, withEach } from "./bulk";

test("each action is for the runs that the service takes for it", () => {
  expect((["queued", "running", "waiting"] as const).every((status) => isFor("cancel", status))).toBe(true);
  expect(isFor("cancel", "success")).toBe(false);
  expect(isFor("retry", "cancelled")).toBe(true);
  expect(isFor("retry", "success")).toBe(false);
  expect(isFor("delete", "running")).toBe(false);
  expect(isFor("delete", "failed")).toBe(true);
});

test("refusals are told by their reason, the most frequent first", () => {
  const failed = [
    { run_id: "a", code: "run.is_child", detail: "Of a." },
    { run_id: "b", code: "run.not_finished", detail: "Of b." },
    { run_id: "c", code: "run.not_finished", detail: "Of c." },
  ];
  expect(byReason(failed)).toEqual([
    { code: "run.not_finished", detail: "Of b.", runs: ["b", "c"] },
    { code: "run.is_child", detail: "Of a.", runs: ["a"] },
  ]);
});

test("what is refused for one run is done with the others", async () => {
  const runs = ["a", "b", "c", "d", "e", "f"].map((run_id) => ({ run_id }) as RunRow);
  const { done, failed } = await withEach(runs, async (runId) => {
    if (runId === "b") throw new ApiError(409, "run.is_child", "It is a child.", {});
  });
  expect(done.toSorted()).toEqual(["a", "c", "d", "e", "f"]);
  expect(failed).toEqual([{ run_id: "b", code: "run.is_child", detail: "It is a child." }]);
});
