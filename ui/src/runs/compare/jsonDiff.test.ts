import { expect, test } from "vitest";

import { jsonDiff, sameJson } from "./jsonDiff";

test("equal values have no difference, whatever the order of their keys", () => {
  expect(jsonDiff({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toEqual([]);
  expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
});

test("every place is told by its pointer", () => {
  expect(jsonDiff({ a: 1, gone: 0, deep: { x: "1" } }, { a: 2, deep: { x: 1, y: [] } })).toEqual([
    { pointer: "/a", kind: "changed", before: 1, after: 2 },
    { pointer: "/gone", kind: "removed", before: 0 },
    { pointer: "/deep/x", kind: "changed", before: "1", after: 1 },
    { pointer: "/deep/y", kind: "added", after: [] },
  ]);
});

test("items of lists are compared by their index", () => {
  expect(jsonDiff([1, 2, 3], [1, 3])).toEqual([
    { pointer: "/1", kind: "changed", before: 2, after: 3 },
    { pointer: "/2", kind: "removed", before: 3 },
  ]);
});

test("a list is no object, and null is neither", () => {
  expect(jsonDiff([], {})).toEqual([{ pointer: "", kind: "changed", before: [], after: {} }]);
  expect(jsonDiff(null, {})).toEqual([{ pointer: "", kind: "changed", before: null, after: {} }]);
  expect(sameJson([1], { 0: 1 })).toBe(false);
  expect(sameJson({ a: undefined }, {})).toBe(false);
});

test("keys with a slash or a tilde, and keys that every object has by nature, are keys like others", () => {
  expect(jsonDiff({}, { "a/b~c": 1 })).toEqual([{ pointer: "/a~1b~0c", kind: "added", after: 1 }]);
  expect(jsonDiff({}, { toString: 1 })).toEqual([{ pointer: "/toString", kind: "added", after: 1 }]);
});
