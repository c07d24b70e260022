import { expect, test } from "vitest";

import { execution } from "@/run/testing";
import { EVERYTHING, openedUpTo, rowsOf } from "./rows";
import { treeOf } from "./tree";

const many = treeOf([
  execution("before", "success"),
  execution("pages", "running"),
  ...Array.from({ length: 1000 }, (_, index) =>
    execution(`pages[${index}].read`, index % 100 === 7 ? "failed" : "success"),
  ),
]);

const keys = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => row.node.key);

test("a block with a thousand iterations is one line with their counts", () => {
  const rows = rowsOf(many, new Map(), EVERYTHING);
  expect(keys(rows)).toEqual(["before", "pages"]);
  expect(rows[1]?.collapsed?.counts).toEqual({ success: 990, failed: 10 });
});

test("a few iterations are shown at once", () => {
  const few = treeOf([execution("pages", "success"), execution("pages[0].read", "success")]);
  expect(keys(rowsOf(few, new Map(), EVERYTHING))).toEqual(["pages", "pages[0]"]);
});

test("what somebody opened is shown one by one", () => {
  const rows = rowsOf(many, new Map([["pages", true]]), EVERYTHING);
  expect(rows).toHaveLength(2 + 1000);
  expect(rows[2]).toMatchObject({ depth: 1, expandable: true, expanded: false });
});

test("iterations of many begin closed, also those with several steps", () => {
  const steps = Array.from({ length: 20 }, (_, index) => [
    execution(`pages[${index}].read`, "success"),
    execution(`pages[${index}].title`, "success"),
  ]);
  const tree = treeOf([execution("pages", "success"), ...steps.flat()]);
  expect(rowsOf(tree, new Map([["pages", true]]), EVERYTHING)).toHaveLength(1 + 20);
});

test("a filter shows what fits it and what that lies in", () => {
  const rows = rowsOf(many, new Map(), { ...EVERYTHING, status: "failed" });
  expect(keys(rows).slice(0, 3)).toEqual(["pages", "pages[7]", "pages[7].read"]);
  expect(rows).toHaveLength(1 + 2 * 10);
});

test("a filter looks in paths whatever the case", () => {
  expect(keys(rowsOf(many, new Map(), { ...EVERYTHING, text: "BEF" }))).toEqual(["before"]);
});

test("only what was tried again has more than one attempt", () => {
  const [attempt] = execution("a", "success").attempts;
  const tree = treeOf([
    execution("a", "success"),
    execution("b", "success", [0, 1], { attempts: attempt ? [attempt, { ...attempt, attempt: 2 }] : [] }),
  ]);
  expect(keys(rowsOf(tree, new Map(), { ...EVERYTHING, retried: true }))).toEqual(["b"]);
});

test("the way to an execution is opened and nothing beside it", () => {
  const opened = openedUpTo(many, new Map(), "pages[12].read");
  expect([...opened.keys()]).toEqual(["pages", "pages[12]"]);
  expect(keys(rowsOf(many, opened, EVERYTHING))).toContain("pages[12].read");
});
