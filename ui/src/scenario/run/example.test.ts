import { expect, test } from "vitest";

import { exampleOf } from "./example";

test("an example of the whole input goes before those of its properties", () => {
  const properties = { who: { examples: ["Grace"] } };
  expect(exampleOf({ examples: ["x", { who: "Ada" }], properties })).toEqual({ who: "Ada" });
  expect(exampleOf({ properties })).toEqual({ who: "Grace" });
});

test("defaults fill in what has no example, and alone are none", () => {
  const times = { default: 3 };
  expect(exampleOf({ properties: { who: { examples: ["Ada"] }, times, note: {} } })).toEqual({ who: "Ada", times: 3 });
  expect(exampleOf({ properties: { times } })).toBeUndefined();
});

test.each([null, true, "x", {}, { properties: { a: null } }, { examples: "x" }])("no example: %j", (schema) => {
  expect(exampleOf(schema)).toBeUndefined();
});
