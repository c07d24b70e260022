// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { everyStep } from "./examples";
import { ScenarioGraph } from "./ScenarioGraph";
import type { NodeState, NodeStates } from "./states";

beforeAll(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal(
    "DOMMatrixReadOnly",
    class {
      m22 = 1;
    },
  );
});
afterEach(cleanup);

const failed: NodeState = {
  status: "failed",
  counts: null,
  attempt: 2,
  progress: null,
  started_at: "2026-01-01T00:00:00Z",
  finished_at: "2026-01-01T00:00:01Z",
};

function states(known: Record<string, NodeState>): NodeStates & { set: (id: string, state: NodeState) => void } {
  const listeners = new Set<() => void>();
  return {
    get: (id) => known[id] ?? null,
    subscribe: (_, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (id, state) => {
      known[id] = state;
      for (const listener of listeners) listener();
    },
  };
}

function shown(props: Partial<Parameters<typeof ScenarioGraph>[0]> = {}) {
  const onSelect = vi.fn();
  render(
    <MantineProvider>
      <ScenarioGraph document={everyStep} states={null} selected={null} onSelect={onSelect} {...props} />
    </MantineProvider>,
  );
  return onSelect;
}

const node = (name: string | RegExp) => screen.getByRole("button", { name });

test("each step is a button that says its name, its type and where it stands", () => {
  shown({ states: states({ search: failed }) });
  expect(node("search, tool, failed, attempt 2")).toBeTruthy();
  expect(node("fetch, tool, not reached")).toBeTruthy();
});

test("without a run there is no word about a state", () => {
  shown();
  expect(node("search, tool")).toBeTruthy();
  expect(node("each, foreach, block")).toBeTruthy();
});

test("a step that goes on says so without the graph being drawn again", () => {
  const live = states({});
  shown({ states: live });
  const before = node("search, tool, not reached");
  act(() => live.set("search", { ...failed, status: "running", attempt: 1, progress: 0.5, finished_at: null }));
  expect(node("search, tool, running, 50 %")).toBe(before);
});

test("a block that ran many times tells how many ended how", () => {
  shown({ states: states({ each: { ...failed, counts: { success: 812, failed: 3, running: 5 } } }) });
  expect(node("each, foreach, block, 812 success · 3 failed · 5 running")).toBeTruthy();
});

test("pressing a node selects it, Escape clears the selection", () => {
  const onSelect = shown({ selected: "ask" });
  fireEvent.click(node("search, tool"));
  expect(onSelect).toHaveBeenLastCalledWith("search");
  fireEvent.keyDown(node("ask, approval"), { key: "Escape" });
  expect(onSelect).toHaveBeenLastCalledWith(null);
  expect(node("ask, approval").getAttribute("aria-pressed")).toBe("true");
});

test("Tab reaches one node, and the arrow keys the others", () => {
  shown();
  const reached = () => screen.getAllByRole("button").filter((at) => at.dataset.node && at.tabIndex === 0);
  expect(reached()).toEqual([node("search, tool")]);
  act(() => node("search, tool").focus());
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
  expect(document.activeElement).toBe(node("all, sequence, block"));
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowRight" });
  expect(document.activeElement).toBe(node("one, transform"));
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowLeft" });
  expect(reached()).toEqual([node("all, sequence, block")]);
});

test("a block folds and unfolds by the button beside its name", () => {
  shown();
  fireEvent.click(node("Steps inside guarded"));
  expect(node("guarded, try, folded block")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "risky, tool" })).toBeNull();
  fireEvent.click(node("Unfold all blocks"));
  expect(node("risky, tool")).toBeTruthy();
});

test("no button stands in another one", () => {
  shown();
  expect(screen.getAllByRole("button").filter((one) => one.querySelector("button"))).toEqual([]);
});

test("data edges are shown when asked for, and lead to the step that reads", () => {
  const onSelect = shown({
    dataEdges: [
      { from_step: "search", to_step: "ask", pointer: "/steps/7/message", expression: "steps.search.output.url" },
    ],
  });
  expect(screen.queryByRole("button", { name: /ask reads search/ })).toBeNull();
  fireEvent.click(node("Show data edges"));
  fireEvent.click(node("ask reads search: steps.search.output.url"));
  expect(onSelect).toHaveBeenLastCalledWith("ask");
});

test("a document without steps says so", () => {
  shown({ document: { steps: "none" } });
  expect(screen.getByText(/no steps to show yet/)).toBeTruthy();
});
