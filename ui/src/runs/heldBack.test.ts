import { expect, test } from "vitest";

import type { RunRow } from "@/api/runs";
import { holdBack } from "./heldBack";

const run = (run_id: string, started_at: string): RunRow => ({
  run_id,
  started_at,
  scenario_id: "hello",
  status: "running",
  message: "",
  finished_at: null,
  revision: "5f0c",
  parent_run_id: null,
  owner: "local",
  priority: 0,
  forked_from: null,
  error_code: null,
});

const runs = [run("c", "2026-04-24T12:00:02Z"), run("b", "2026-04-24T12:00:01Z"), run("a", "2026-04-24T12:00:00Z")];

test("who is at the top sees everything", () => {
  expect(holdBack(runs, null)).toEqual({ shown: runs, held: 0 });
});

test("who reads further down is told how many there are, and sees none of them", () => {
  const { shown, held } = holdBack(runs, "2026-04-24T12:00:00Z");
  expect(shown.map((row) => row.run_id)).toEqual(["a"]);
  expect(held).toBe(2);
});

test("the run that was on top may have been removed since", () => {
  expect(holdBack(runs.slice(0, 2), "2026-04-24T12:00:01.500Z").held).toBe(1);
  expect(holdBack(runs.slice(0, 2), "2026-04-24T11:00:00Z")).toEqual({ shown: [], held: 2 });
});
