// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { foldedStore } from "./folded";
import { finished, journal, started } from "./testing";
import { useNode, usePhase, useRunStore, useRunView, useStep, useSteps } from "./useRun";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("all callers have the same store, and it stays the same", () => {
  const runId = "0b9d2c1e-8d2f-4c57-9a70-3f0c6a1f2b11";
  const [first, second] = [1, 2].map(() => renderHook(() => useRunStore(runId), { wrapper: StrictMode }));
  first?.rerender();
  expect(first?.result.current.runId).toBe(runId);
  expect(second?.result.current).toBe(first?.result.current);
});

test("long lists are drawn at most 5 times a second, and the last state is not missed", () => {
  const events = journal(...Array.from({ length: 50 }, (_, index) => started(`each[${index}]`, "each")));
  const store = foldedStore(events.splice(0, 1));
  let drawn = 0;
  const { result } = renderHook(() => {
    drawn += 1;
    return useSteps(store);
  });
  const before = drawn;
  for (const event of events) {
    act(() => {
      store.take([event]);
      vi.advanceTimersByTime(20);
    });
  }
  act(() => vi.advanceTimersByTime(1_000));
  expect(result.current).toHaveLength(50);
  expect(drawn - before).toBeLessThanOrEqual(7);
});

test("a node is drawn when one of its own executions changes", () => {
  const events = journal(started("a"), started("b"), finished("b"), finished("a"));
  const store = foldedStore(events.slice(0, 3));
  let drawn = 0;
  const { result } = renderHook(() => {
    drawn += 1;
    return useNode(store, "a");
  });
  const before = drawn;
  act(() => store.take(events.slice(3, 4)));
  expect(drawn).toBe(before);
  act(() => store.take(events.slice(4)));
  expect(result.current.counts).toEqual({ success: 1 });
  expect(result.current.executions).toMatchObject([{ path: "a", status: "success" }]);
});

test("a step, its run and why there is none of it are there as they change", () => {
  const events = journal(started("a"));
  const store = foldedStore(events.slice(0, 1));
  const { result } = renderHook(() => ({ step: useStep(store, "a"), run: useRunView(store), phase: usePhase(store) }));
  expect(result.current).toMatchObject({ step: null, run: { status: "queued" }, phase: "ready" });
  act(() => {
    store.take(events.slice(1));
    store.fail(new Error("It was removed."));
  });
  expect(result.current).toMatchObject({ step: { status: "running" }, run: { status: "running" }, phase: "failed" });
});
