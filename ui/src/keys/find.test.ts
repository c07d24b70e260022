import { expect, test } from "vitest";

import type { Key } from "@/api/keys";
import { found } from "./find";

const CI = {
  key_id: "0a1b2c3d4e5f",
  name: "ci",
  role: "operator",
  created_by: "user:mo",
  scenarios: ["news_*"],
  tools: [],
};
const WALL = {
  key_id: "ffffffffffff",
  name: "Wall",
  role: "viewer",
  created_by: "user:kim",
  scenarios: ["*"],
  tools: ["desk/*"],
};
const KEYS = [CI, WALL] as unknown as Key[];

test.each([
  ["", ["ci", "Wall"]],
  ["wall", ["Wall"]],
  ["operator news_", ["ci"]],
  ["desk viewer", ["Wall"]],
  ["cs_0a1b", ["ci"]],
  ["ci viewer", []],
])("%o finds the keys that have every word", (search, names) => {
  expect(found(KEYS, search).map(({ name }) => name)).toEqual(names);
});
