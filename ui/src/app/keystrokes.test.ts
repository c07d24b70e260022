import { expect, test } from "vitest";

import { chord, legend, match, type Stroke } from "./keystrokes";

const press = (key: string, held: Partial<Stroke> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("Ctrl and Cmd are the same key to a shortcut", () => {
  expect(chord(press("k", { ctrlKey: true }))).toBe("mod+k");
  expect(chord(press("K", { metaKey: true }))).toBe("mod+k");
});

test("Shift is a part of the character that comes of it, and named beside a key that gives none", () => {
  expect(chord(press("?", { shiftKey: true }))).toBe("?");
  expect(chord(press("ArrowDown", { shiftKey: true }))).toBe("shift+arrowdown");
});

test("a modifier alone is no press", () => {
  expect(chord(press("Shift", { shiftKey: true }))).toBeNull();
});

test("a character that a layout gives with Ctrl and Alt is not taken for an Alt shortcut", () => {
  expect(chord(press("@", { ctrlKey: true, altKey: true }))).toBe("mod+@");
});

test("the first key of a sequence waits for the second", () => {
  expect(match(["g"], ["g r", "j"])).toBe("part");
  expect(match(["g", "r"], ["g r", "j"])).toBe("whole");
  expect(match(["g", "x"], ["g r", "j"])).toBe("none");
});

test("keys that begin alike are not mixed up", () => {
  expect(match(["g"], ["gg"])).toBe("none");
});

test("keys are read as they stand on the keyboard at hand", () => {
  expect(legend("mod+k", false)).toEqual([["Ctrl", "K"]]);
  expect(legend("mod+k", true)).toEqual([["⌘", "K"]]);
  expect(legend("g r", false)).toEqual([["g"], ["r"]]);
  expect(legend("+", false)).toEqual([["+"]]);
});
