import { expect, test } from "vitest";

import { marksOf, placeOf, scaleOf } from "./scale";

test("a finished run is drawn from its beginning to its end", () => {
  expect(scaleOf(1000, 3000, 9000)).toEqual({ from: 1000, to: 3000 });
});

test("a run at work leaves some room after now", () => {
  const scale = scaleOf(0, null, 1000);
  expect(placeOf(scale, 1000)).toBeGreaterThan(0.9);
  expect(placeOf(scale, 1000)).toBeLessThan(1);
});

test("a run of no length can be drawn", () => {
  expect(placeOf(scaleOf(5, 5, 5), 5)).toBe(0);
});

test.each([
  [80, 5, ["0", "20 ms", "40 ms", "60 ms", "80 ms"]],
  [4_000, 5, ["0", "1 s", "2 s", "3 s", "4 s"]],
  [180_000, 4, ["0", "1 min", "2 min", "3 min"]],
  [2 * 86_400_000, 4, ["0", "12 h", "1 d", "1 d 12 h", "2 d"]],
])("marks of %d ms are round", (length, most, labels) => {
  expect(marksOf({ from: 0, to: length }, most).map((mark) => mark.label)).toEqual(labels);
});
