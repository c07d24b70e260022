import { describe, expect, test } from "vitest";

import { deep, everyStep, large, wide } from "./examples";
import { type Box, type Direction, type Layout, layoutOf } from "./layout";
import { type Outline, outlineOf } from "./outline";

const laidOut = (document: unknown, direction: Direction = "TB", folded: string[] = [], live = true) => {
  const outline = outlineOf(document);
  return { outline, layout: layoutOf(outline, { direction, folded: new Set(folded), live }) };
};

const box = (layout: Layout, id: string): Box => {
  const found = layout.boxes.get(id);
  if (!found) throw new Error(`no box ${id}`);
  return found;
};

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const within = (inner: Box, outer: Box): boolean =>
  inner.x > outer.x &&
  inner.y > outer.y &&
  inner.x + inner.width < outer.x + outer.width &&
  inner.y + inner.height < outer.y + outer.height;

/** What a box stands in: its lane, or the block itself when that has only one list. */
function around(outline: Outline, layout: Layout, id: string): string | null {
  for (const step of outline.steps.values()) {
    for (const list of step.lists) {
      if (list.id === id) return step.id;
      if (list.steps.some((inner) => inner.id === id)) return layout.boxes.has(list.id) ? list.id : step.id;
    }
  }
  if (outline.onError?.steps.some((inner) => inner.id === id)) return outline.onError.id;
  return null;
}

const documents: [string, unknown][] = [
  ["every step type", everyStep],
  ["500 steps", large(500)],
  ["eight levels", deep(8)],
  ["thirty levels", deep(30)],
  ["fifty branches", wide(50)],
  ["two steps of one name", { steps: [{ name: "a" }, { name: "a", type: "loop", steps: [{ name: "a" }] }] }],
  ["an empty switch", { steps: [{ name: "a", type: "switch" }, { name: "b" }] }],
];

describe.each<Direction>(["TB", "LR"])("laid out %s", (direction) => {
  test.each(documents)("boxes that stand beside one another do not overlap: %s", (_, document) => {
    const { outline, layout } = laidOut(document, direction);
    const groups = new Map<string | null, Box[]>();
    for (const one of layout.boxes.values()) {
      const parent = around(outline, layout, one.id);
      groups.set(parent, [...(groups.get(parent) ?? []), one]);
    }
    for (const siblings of groups.values()) {
      for (const [index, one] of siblings.entries()) {
        for (const other of siblings.slice(index + 1))
          expect(overlap(one, other), `${one.id}, ${other.id}`).toBe(false);
      }
    }
  });

  test.each(documents)("what is inside a block stands within it, and after it in the order: %s", (_, document) => {
    const { outline, layout } = laidOut(document, direction);
    const order = [...layout.boxes.keys()];
    for (const inner of layout.boxes.values()) {
      const parent = around(outline, layout, inner.id);
      if (parent === null) continue;
      expect(within(inner, box(layout, parent)), `${inner.id} in ${parent}`).toBe(true);
      expect(order.indexOf(inner.id)).toBeGreaterThan(order.indexOf(parent));
    }
  });

  test.each(documents)("every line leaves one box and enters the next, and is straight: %s", (_, document) => {
    const { layout } = laidOut(document, direction);
    for (const { id, from, to } of layout.lines) {
      const [first = "", second = ""] = id.split(">");
      expect(touches(box(layout, first), from), `${id} from`).toBe(true);
      expect(touches(box(layout, second), to), `${id} to`).toBe(true);
      expect(from[0] === to[0] || from[1] === to[1], id).toBe(true);
    }
  });

  test("all steps have a box", () => {
    const { outline, layout } = laidOut(everyStep, direction);
    expect([...outline.steps.keys()].filter((id) => !layout.boxes.has(id))).toEqual([]);
  });
});

function touches({ x, y, width, height }: Box, [atX, atY]: readonly [number, number]): boolean {
  const onSide = (atX === x || atX === x + width) && atY >= y && atY <= y + height;
  return onSide || ((atY === y || atY === y + height) && atX >= x && atX <= x + width);
}

test("steps go down in one direction and to the right in the other", () => {
  const document = { steps: [{ name: "a" }, { name: "b" }] };
  const down = laidOut(document, "TB").layout;
  expect(box(down, "b").x).toBe(box(down, "a").x);
  expect(box(down, "b").y).toBeGreaterThan(box(down, "a").y);
  const right = laidOut(document, "LR").layout;
  expect(box(right, "b").y).toBe(box(right, "a").y);
  expect(box(right, "b").x).toBeGreaterThan(box(right, "a").x);
});

test("a folded block is as large as a step, shows nothing of its inside, and the steps around it close up", () => {
  const open = laidOut(everyStep).layout;
  const { layout } = laidOut(everyStep, "TB", ["guarded", "each"]);
  expect(box(layout, "guarded")).toMatchObject({ kind: "block", folded: true, width: box(layout, "search").width });
  expect([...layout.boxes.keys()]).not.toContain("risky");
  expect([...layout.boxes.keys()]).not.toContain("guarded/catch/0/steps");
  expect([...layout.boxes.keys()]).not.toContain("fetch");
  expect(layout.height).toBeLessThan(open.height);
  expect(layout.lines.map(({ id }) => id)).toContain("guarded>leave");
});

test("the handlers of a try follow one another by what failed, and finally comes after the body", () => {
  const { lines } = laidOut(everyStep).layout;
  const inside = lines.filter(({ id }) => id.startsWith("guarded/")).map(({ id, kind }) => [kind, id]);
  expect(inside).toEqual([
    ["error", "guarded/steps>guarded/catch/0/steps"],
    ["error", "guarded/catch/0/steps>guarded/catch/1/steps"],
    ["next", "guarded/steps>guarded/finally"],
  ]);
});

test("fifty branches stand in rows, not in one line", () => {
  const { width, height } = laidOut(wide(50)).layout;
  expect(width / height).toBeLessThan(4);
  expect(height / width).toBeLessThan(4);
});

test("the same document gives the same picture, and a step at the end moves nothing down the list", () => {
  const before = laidOut(everyStep).layout;
  expect(laidOut(structuredClone(everyStep)).layout).toEqual(before);
  const longer = { ...everyStep, steps: [...everyStep.steps, { name: "more", type: "transform" }] };
  const after = laidOut(longer).layout;
  for (const [id, was] of before.boxes) expect(box(after, id)).toEqual(was);
});

test("nothing to show is a picture without boxes", () => {
  expect(laidOut(null).layout).toMatchObject({ boxes: new Map(), lines: [] });
});
