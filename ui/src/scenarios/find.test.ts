import { expect, test } from "vitest";

import type { ScenarioSummary } from "@/api/scenarios";
import { find, tagCounts, tagsOf, withTag } from "./find";

const scenario = (scenario_id: string, tags: string[], description = ""): ScenarioSummary => ({
  scenario_id,
  name: scenario_id,
  description,
  tags,
  input_schema: {},
  output_schema: null,
  revision: "5f0c",
  problems: [],
  source: "saved",
  read_only: false,
});

const all = [
  scenario("hello", ["small"]),
  scenario("earliest", ["news", "slow"], "Finds the source"),
  scenario("b", ["news"]),
];
const ids = (q: string, tags: string[]) => find(all, { q, tags }).map((one) => one.scenario_id);

test("every word must occur, wherever", () => {
  expect(ids("SOURCE earli", [])).toEqual(["earliest"]);
  expect(ids("source hello", [])).toEqual([]);
});

test("every tag must be there", () => {
  expect(ids("", ["news"])).toEqual(["earliest", "b"]);
  expect(ids("", ["news", "slow"])).toEqual(["earliest"]);
});

test("tags are counted, the most frequent first", () => {
  expect(tagCounts([...all, scenario("c", ["slow", "slow"])])).toEqual([
    ["news", 2],
    ["slow", 2],
    ["small", 1],
  ]);
});

test("a tag is chosen and taken back", () => {
  expect(withTag([], "news")).toBe("news");
  expect(withTag(tagsOf("news,slow"), "news")).toBe("slow");
  expect(withTag(["news"], "news")).toBeUndefined();
});
