import { expect, test } from "vitest";

import { BEGIN, execution } from "@/run/testing";
import { type TreeNode, treeOf } from "./tree";

const outline = (nodes: readonly TreeNode[]): unknown[] =>
  nodes.map((node) => (node.children.length > 0 ? [node.label, outline(node.children)] : node.label));

test("steps lie in their blocks, branches and iterations", () => {
  const tree = treeOf([
    execution("first", "success"),
    execution("both", "success"),
    execution("both.left.one", "success"),
    execution("both.right.two", "success"),
    execution("pages", "running"),
    execution("pages[0].read", "success"),
    execution("pages[1].read", "running"),
  ]);
  expect(outline(tree)).toEqual([
    "first",
    [
      "both",
      [
        ["left", ["one"]],
        ["right", ["two"]],
      ],
    ],
    [
      "pages",
      [
        ["[0]", ["read"]],
        ["[1]", ["read"]],
      ],
    ],
  ]);
});

test("later attempts of a block are told from the first", () => {
  const tree = treeOf([
    execution("booking", "success"),
    execution("booking.flight", "failed"),
    execution("booking@2.flight", "success"),
  ]);
  expect(outline(tree)).toEqual([["booking", ["flight", ["attempt 2", ["flight"]]]]]);
});

test("iterations stand in the order of their indexes, however they began", () => {
  const tree = treeOf([
    execution("pages", "running"),
    execution("pages[10].read", "success"),
    execution("pages[9].read", "success"),
  ]);
  expect(outline(tree)).toEqual([
    [
      "pages",
      [
        ["[9]", ["read"]],
        ["[10]", ["read"]],
      ],
    ],
  ]);
});

test("an iteration lasts from its first step to its last and has failed when one of them has", () => {
  const tree = treeOf([
    execution("pages", "running"),
    execution("pages[0].read", "success", [5, 20]),
    execution("pages[0].title", "failed", [20, 30]),
    execution("pages[1].read", "running", [5, null]),
  ]);
  const [failed, running] = tree[0]?.children ?? [];
  expect(failed).toMatchObject({ status: "failed", started: BEGIN + 5, finished: BEGIN + 30 });
  expect(running).toMatchObject({ status: "running", finished: null });
});

test("an iteration whose failure was caught inside has not failed", () => {
  const tree = treeOf([
    execution("pages", "running"),
    execution("pages[0].guard", "success"),
    execution("pages[0].guard.risky", "failed"),
  ]);
  expect(tree[0]?.children[0]?.status).toBe("success");
});
