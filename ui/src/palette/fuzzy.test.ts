import { expect, test } from "vitest";

import { fitting, ranked } from "./fuzzy";

const best = (query: string, texts: string[]) => ranked(query, texts, (text) => text).map(({ item }) => item);

test("letters fit in their order only", () => {
  expect(fitting("gr", "go to runs")?.at).toEqual([0, 6]);
  expect(fitting("rg", "go to runs")).toBeNull();
});

test("every word must be there, in any order", () => {
  expect(fitting("news run", "Run news_source_discovery")).not.toBeNull();
  expect(fitting("news stop", "Run news_source_discovery")).toBeNull();
});

test("a word from its beginning goes before the same letters within another", () => {
  expect(best("run", ["Forerunner", "Go to Runs"])).toEqual(["Go to Runs", "Forerunner"]);
});

test("letters that stand together go before scattered ones", () => {
  expect(best("set", ["Schedules of the tenant", "Settings"])).toEqual(["Settings", "Schedules of the tenant"]);
});

test("an empty query keeps the order", () => {
  expect(best(" ", ["bb", "aa"])).toEqual(["bb", "aa"]);
});

test("what is marked is what was typed", () => {
  const found = fitting("src", "news_source");
  expect(found?.at.map((place) => "news_source"[place]).join("")).toBe("src");
});
