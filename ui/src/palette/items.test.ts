import { expect, test } from "vitest";

import { type Item, maybeRunId, pastedRun, search } from "./items";

const item = (label: string, group: Item["group"], more: Partial<Item> = {}): Item => ({
  id: label,
  label,
  group,
  act: () => undefined,
  ...more,
});

const labels = (query: string, items: Item[]) => search(query, items).map((found) => found.item.label);

test("what there are many of comes when something is typed", () => {
  const items = [item("Edit hello", "Scenarios", { asked: true }), item("Runs", "Go to")];
  expect(labels("", items)).toEqual(["Runs"]);
  expect(labels("hello", items)).toEqual(["Edit hello"]);
});

test("groups stay together, the one with the best fit first", () => {
  const items = [item("Run shelf", "Scenarios"), item("hello", "Runs"), item("Edit hello world", "Scenarios")];
  expect(labels("hello", items)).toEqual(["hello", "Edit hello world"]);
});

test("the detail is searched, too, and only the label is marked", () => {
  expect(search("ada", [item("hello", "Runs", { detail: "Ada" })])[0]?.at).toEqual([]);
});

test("a pasted id is found, also in an address", () => {
  const id = "01a229f5-0057-7a67-a176-53bde45dc628";
  expect(pastedRun(` ${id.toUpperCase()} `)).toBe(id);
  expect(pastedRun(`http://localhost:8080/runs/${id}?tab=graph`)).toBe(id);
  expect(pastedRun("hello")).toBeNull();
});

test("the end of an id is enough to ask for it", () => {
  expect(maybeRunId("e45dc628")).toBe(true);
  expect(maybeRunId("hello")).toBe(false);
});
