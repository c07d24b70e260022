import { expect, test } from "vitest";

import type { RunRow } from "@/api/runs";
import { figures, percent, quantile } from "./figures";

const run = (scenario_id: string, status: RunRow["status"], seconds: number | null): RunRow => ({
  run_id: "r",
  scenario_id,
  status,
  message: "",
  started_at: "2026-04-24T12:00:00Z",
  finished_at: seconds === null ? null : new Date(Date.parse("2026-04-24T12:00:00Z") + seconds * 1000).toISOString(),
  revision: "5f0c",
  parent_run_id: null,
  owner: "local",
  priority: 0,
  forked_from: null,
  error_code: null,
});

test("a run that somebody cancelled, or that has not ended, says nothing about how well it goes", () => {
  const [one] = figures([
    run("a", "success", 1),
    run("a", "failed", 3),
    run("a", "cancelled", 100),
    run("a", "waiting", null),
  ]);
  expect(one).toMatchObject({ runs: 4, success: 1, failed: 1, cancelled: 1, unfinished: 1, rate: 0.5 });
  expect(one).toMatchObject({ median: 1000, p95: 3000 });
});

test("where nothing has ended there is no rate and no duration", () => {
  expect(figures([run("a", "running", null)])[0]).toMatchObject({ rate: null, median: null, p95: null });
});

test("the scenario with most runs comes first", () => {
  const all = figures([run("a", "success", 1), run("b", "success", 1), run("b", "success", 1)]);
  expect(all.map((one) => one.scenarioId)).toEqual(["b", "a"]);
});

test("a quantile is one of the values", () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.95)).toBe(4);
  expect(quantile([7], 0.5)).toBe(7);
  expect(quantile([], 0.5)).toBeNull();
});

test("one failure of a thousand is not rounded away", () => {
  expect(percent(0.999)).toBe("99 %");
  expect(percent(1)).toBe("100 %");
  expect(percent(0.001)).toBe("1 %");
  expect(percent(0)).toBe("0 %");
});
