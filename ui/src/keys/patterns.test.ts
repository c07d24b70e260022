import { expect, test } from "vitest";

import { fits, isPattern } from "./patterns";

test.each([
  [["*"], "anything", true],
  [[], "anything", false],
  [["news"], "news", true],
  [["news"], "newsletter", false],
  [["news_*"], "news_daily", true],
  [["news_*"], "news_", true],
  [["*_daily"], "news_daily", true],
  [["a*a"], "a", false],
  [["a*b*c"], "axbxc", true],
  [["a*b*c"], "acb", false],
  [["*ab*ab*"], "ab", false],
  [["shop/*", "mail/send"], "mail/send", true],
  [["shop/*", "mail/send"], "mail/send_all", false],
  [["a.c"], "abc", false],
])("%j fits %s: %s", (patterns, name, expected) => {
  expect(fits(patterns, name)).toBe(expected);
});

test("what the service would refuse is no pattern", () => {
  expect(["news_*", "a/b", "*"].every(isPattern)).toBe(true);
  expect(["", "two words", "ä", "a?", "x".repeat(257)].some(isPattern)).toBe(false);
});

test("a pattern of many stars takes no time", () => {
  expect(fits([`${"a*".repeat(100)}b`], "a".repeat(10_000))).toBe(false);
});
