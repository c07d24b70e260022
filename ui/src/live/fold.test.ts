import { expect, test } from "vitest";

import { foldedStore } from "./folded";
import { LOG_LINES } from "./stepFold";
import { finished, journal, logged, progressed, resumed, retrying, runFinished, started, waiting } from "./testing";

test("a run is queued until its second event, and ends as its last one says", () => {
  const queued = foldedStore(journal());
  expect(queued.run()).toMatchObject({ run_id: "r", scenario_id: "s", status: "queued", last_seq: 1 });
  expect(foldedStore(journal(started("a"))).run()?.status).toBe("running");

  const ended = foldedStore(journal(started("a"), finished("a"), runFinished("success", { output: 7 })));
  expect(ended.run()).toMatchObject({ status: "success", output: 7, last_seq: 4, finished_at: expect.any(String) });
  expect(ended.phase()).toBe("ready");
});

test("a step that failed, was tried again and succeeded shows both attempts and the pause between them", () => {
  const store = foldedStore(
    journal(started("a"), retrying("a", 2, { at: "2026-01-01T00:00:05.000+00:00", delay: 1.5 })),
  );
  expect(store.step("a")).toMatchObject({ status: "running", message: "It failed." });
  expect(store.step("a")?.attempts).toMatchObject([
    { attempt: 1, finished_at: "2026-01-01T00:00:05.000+00:00", error: { message: "It failed." }, delay: 1.5 },
    { attempt: 2, started_at: "2026-01-01T00:00:06.500+00:00", finished_at: null, error: null, delay: null },
  ]);

  const ended = foldedStore(journal(started("a"), retrying("a", 2), finished("a", { attempts: 2, output: "x" })));
  expect(ended.step("a")).toMatchObject({ status: "success", output: "x", message: "" });
  expect(ended.step("a")?.attempts.map(({ attempt, finished_at }) => [attempt, finished_at !== null])).toEqual([
    [1, true],
    [2, true],
  ]);
});

test("a step that was skipped has no attempts", () => {
  const store = foldedStore(journal(started("a"), finished("a", { status: "skipped", attempts: 0 })));
  expect(store.step("a")?.attempts).toEqual([]);
});

test("a wait ends with the answer, and stays to be seen", () => {
  const asking = foldedStore(journal(started("a"), waiting("a", { kind: "elicitation", message: "Which?" })));
  expect(asking.step("a")).toMatchObject({ status: "waiting", waiting: { ended_at: null, seq: 3 } });

  const answered = foldedStore(journal(started("a"), waiting("a", { kind: "elicitation" }), resumed("a")));
  expect(answered.step("a")).toMatchObject({ status: "running", waiting: null });
  expect(answered.step("a")?.waits).toMatchObject([
    { waits_for: { kind: "elicitation" }, ended_at: expect.any(String) },
  ]);
});

test("a step that began a run names it, also when that has ended", () => {
  const events = [started("a"), waiting("a", { kind: "run", run_id: "child" }), finished("a")];
  expect(foldedStore(journal(...events)).step("a")).toMatchObject({ child_run_id: "child", waiting: null });
});

test("progress is forgotten by the next attempt", () => {
  const first = foldedStore(journal(started("a"), progressed("a", 3, 10)));
  expect(first.step("a")?.progress).toEqual({ progress: 3, total: 10, message: "" });
  expect(foldedStore(journal(started("a"), progressed("a", 3, 10), retrying("a", 2))).step("a")?.progress).toBeNull();
});

test("of many log lines the last are kept", () => {
  const lines = Array.from({ length: LOG_LINES + 20 }, (_, line) => logged("a", `line ${line}`));
  const logs = foldedStore(journal(started("a"), ...lines)).step("a")?.logs ?? [];
  expect(logs).toHaveLength(LOG_LINES);
  expect([logs[0]?.data, logs.at(-1)?.data]).toEqual(["line 20", `line ${LOG_LINES + 19}`]);
});

test("executions of a node are counted by where they stand, in the order in which they started", () => {
  const store = foldedStore(
    journal(
      started("each"),
      started("each[0].get", "get"),
      started("each[1].get", "get"),
      finished("each[1].get", { status: "failed", name: "get" }),
    ),
  );
  expect(store.counts("get")).toEqual({ running: 1, failed: 1 });
  expect(store.executions("get").map((step) => step.path)).toEqual(["each[0].get", "each[1].get"]);
  expect(store.counts("unknown")).toEqual({});
});

test("what did not change stays the same object", () => {
  const events = journal(started("a"), started("b"), finished("b"));
  const store = foldedStore(events.slice(0, 3));
  const before = { a: store.executions("a"), b: store.executions("b"), counts: store.counts("a") };
  store.take(events.slice(3));
  expect(store.executions("a")).toBe(before.a);
  expect(store.counts("a")).toBe(before.counts);
  expect(store.executions("b")).not.toBe(before.b);
  expect(store.steps()).toBe(store.steps());
});

test("an event that was seen already changes nothing", () => {
  const events = journal(started("a"), finished("a"));
  const store = foldedStore(events);
  store.take(events);
  expect(store.events()).toHaveLength(3);
  expect(store.counts("a")).toEqual({ success: 1 });
});

test("an event of a kind that is not known is kept, and the run goes on", () => {
  const store = foldedStore(journal(started("a"), { type: "step_dreamt", step_path: "a" }, finished("a")));
  expect(store.events().map((event) => event.type)).toContain("step_dreamt");
  expect(store.step("a")?.status).toBe("success");
});

test("a listener of a node is told of its executions only", () => {
  const events = journal(started("a"), started("b"));
  const store = foldedStore(events.slice(0, 1));
  const told: string[] = [];
  store.subscribeNode("a", () => told.push("a"));
  const leave = store.subscribe(() => told.push("any"));
  store.take(events.slice(1, 2));
  store.take(events.slice(2));
  expect(told).toEqual(["a", "any", "any"]);
  leave();
  store.take(journal(started("a"), started("b"), finished("b")));
  expect(told).toHaveLength(3);
});

test("one more event of a thousand iterations leaves all the others as they are", () => {
  const iterations = Array.from({ length: 1000 }, (_, index) => [
    started(`each[${index}].get`, "get"),
    progressed(`each[${index}].get`, 1, 2, "get"),
    finished(`each[${index}].get`, { name: "get" }),
  ]);
  const events = journal(started("each"), ...iterations.flat());
  const store = foldedStore(events.slice(0, -1));
  const executions = store.executions("get");
  store.take(events.slice(-1));
  expect(store.counts("get")).toEqual({ success: 1000 });
  // All but the one that changed are the objects that were there.
  const changed = store.executions("get").filter((step, index) => step !== executions[index]);
  expect(changed.map((step) => step.path)).toEqual(["each[999].get"]);
});
