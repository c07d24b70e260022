import { expect, test } from "vitest";

import { foldedStore } from "@/live";
import { nodeStatesOf } from "./nodeStates";

const RUN = { run_id: "r1" };
const at = "2026-04-24T12:00:00.000+00:00";

let seq = 0;
const event = (type: string, fields: Record<string, unknown>) => {
  seq += 1;
  return { seq, type, data: { type, ...RUN, ...fields } };
};
const began = () => {
  seq = 0;
  return event("run_started", { scenario_id: "s", started_at: at, revision: "x", input: {} });
};
const step = (step_path: string, status: string | null) => {
  const step_name = step_path.split(".").at(-1) ?? step_path;
  const common = { step_name, step_path, index: seq, started_at: at };
  const first = event("step_started", { ...common, step_type: "tool", input: null });
  if (status === null) return [first];
  const end = { finished_at: at, status, message: "", attempts: 1, output: null, error: null };
  return [first, event("step_finished", { ...common, ...end })];
};

test("a step that was executed once shows its own state", () => {
  const store = foldedStore([began(), ...step("search", "success")]);
  expect(nodeStatesOf(store, new Map()).get("search")).toMatchObject({ status: "success", counts: null, attempt: 1 });
});

test("a step that the run has not reached has no state", () => {
  expect(nodeStatesOf(foldedStore([began()]), new Map()).get("search")).toBeNull();
});

test("a step of many iterations counts them, and is at work while one is", () => {
  const store = foldedStore([
    began(),
    ...step("all", null),
    ...step("all[0].fetch", "success"),
    ...step("all[1].fetch", "failed"),
    ...step("all[2].fetch", null),
  ]);
  const state = nodeStatesOf(store, new Map()).get("fetch");
  expect(state).toMatchObject({ status: "running", counts: { success: 1, failed: 1, running: 1 }, finished_at: null });
});

test("an iteration that is picked shows its own execution", () => {
  const store = foldedStore([
    began(),
    ...step("all", null),
    ...step("all[0].fetch", "success"),
    ...step("all[1].fetch", "failed"),
  ]);
  expect(nodeStatesOf(store, new Map([["all", 1]])).get("fetch")).toMatchObject({ status: "failed", counts: null });
});

test("the same executions give the same object", () => {
  const states = nodeStatesOf(foldedStore([began(), ...step("search", "success")]), new Map());
  expect(states.get("search")).toBe(states.get("search"));
});
