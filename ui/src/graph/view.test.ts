import { expect, test } from "vitest";

import { everyStep, large, wide } from "./examples";
import { type Box, type Direction, layoutOf } from "./layout";
import { outlineOf } from "./outline";
import { firstView, inSight, pinned } from "./view";

const room = { width: 1000, height: 600 };
const layout = (document: unknown, direction: Direction = "TB", folded: string[] = []) =>
  layoutOf(outlineOf(document), { direction, live: true, folded: new Set(folded) });
const found = (boxes: ReadonlyMap<string, Box>, id: string): Box => boxes.get(id) as Box;

test("a small scenario is seen whole, at its natural size and in the middle", () => {
  const small = layout({ steps: [{ name: "a" }, { name: "b" }] });
  const view = firstView(small, room, "TB");
  expect(view.zoom).toBe(1);
  expect(view.x).toBe((room.width - small.width) / 2);
});

test.each<[Direction, string]>([
  ["TB", "step_1"],
  ["LR", "step_1"],
])("a large one is seen from its beginning, and can be read: %s", (direction, first) => {
  const big = layout(large(300), direction);
  const view = firstView(big, room, direction);
  expect(view.zoom).toBeGreaterThanOrEqual(0.5);
  expect(inSight(view, found(big.boxes, first), room)).toBe(true);
});

test("a wide block does not push the first step out of sight", () => {
  const broad = layout(wide(50));
  expect(inSight(firstView(broad, room, "TB"), found(broad.boxes, "before"), room)).toBe(true);
});

test("a block that is folded stays where it was on screen", () => {
  const before = layout(everyStep);
  const after = layout(everyStep, "TB", ["guarded"]);
  const view = { x: 17, y: -200, zoom: 0.7 };
  const [was, is] = [found(before.boxes, "guarded"), found(after.boxes, "guarded")];
  const moved = pinned(view, was, is);
  expect(is.x).not.toBe(was.x);
  expect(is.x * moved.zoom + moved.x).toBeCloseTo(was.x * view.zoom + view.x);
  expect(is.y * moved.zoom + moved.y).toBeCloseTo(was.y * view.zoom + view.y);
});
