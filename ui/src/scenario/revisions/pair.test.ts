import { expect, test } from "vitest";

import { nameOf, pairOf } from "./pair";

const revision = (number: number | null) => ({ number, revision: `r${number}`, saved_at: null });
const three = [revision(3), revision(2), revision(1)];

test("the newest revision is compared with the one before it", () => {
  expect(pairOf(three, {})).toEqual({ newer: revision(3), older: revision(2) });
});

test("what was chosen stays chosen when a revision is saved meanwhile", () => {
  const chosen = { newer: revision(3), older: revision(1) };
  expect(pairOf([revision(4), ...three], chosen)).toEqual(chosen);
});

test("one revision cannot be compared", () => {
  expect(pairOf([revision(1)], {})).toBeNull();
  expect(pairOf([], {})).toBeNull();
});

test("what a file holds now has no number", () => {
  expect(nameOf(revision(null))).toBe("the file");
  expect(pairOf([revision(null), revision(1)], { older: revision(1) })?.newer).toEqual(revision(null));
});
