import { expect, test } from "vitest";

import { converted, hasComments } from "./conversion";

test("a document means the same in the other syntax and back", () => {
  const json = `${JSON.stringify({ name: "on", at: "12:30", no: ["1", 1, null, true], text: "a\nb\n", long: "x ".repeat(90) }, null, 2)}\n`;
  const yaml = converted(json, "json", "yaml");
  expect(yaml).toHaveProperty("text");
  expect(converted("text" in yaml ? yaml.text : "", "yaml", "json")).toEqual({ text: json });
});

test("what is broken is not converted, and the sentence says where", () => {
  expect(converted("a: [1\nb: 2", "yaml", "json")).toHaveProperty("problem");
  expect(converted('{"a": }', "json", "yaml")).toHaveProperty("problem");
});

test("comments are found, and nothing that only looks like one", () => {
  expect(hasComments("a: 1 # why\n")).toBe(true);
  expect(hasComments("# callsheet: ignore-file[W220]\na: 1\n")).toBe(true);
  expect(hasComments("a: '# no'\nb: x#y\nc: |\n  # text\n")).toBe(false);
});
