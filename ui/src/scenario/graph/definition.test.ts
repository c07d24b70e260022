import { expect, test } from "vitest";

import { definitionAt, fieldsOf } from "./definition";

const document = {
  steps: [
    { name: "a", type: "parallel", branches: { "left/1": [{ name: "b", type: "tool", tool: "x", input: { q: 1 } }] } },
  ],
};

test("a step is found by its pointer, also behind a key that has to be escaped", () => {
  expect(definitionAt(document, "/steps/0/branches/left~11/0")?.name).toBe("b");
});

test("a pointer to nothing, to no object or to what every object has is no step", () => {
  expect(definitionAt(document, "/steps/7")).toBeNull();
  expect(definitionAt(document, "/steps")).toBeNull();
  expect(definitionAt(document, "/steps/0/name")).toBeNull();
  expect(definitionAt(document, "/constructor")).toBeNull();
});

test("the fields of a step are its own, without what its heading says and without the steps inside", () => {
  const fields = fieldsOf({
    name: "a",
    type: "foreach",
    as: "id",
    when: null,
    steps: [],
    items: { from: "input.ids" },
  });
  expect(fields).toEqual({
    short: [
      ["as", "id"],
      ["when", "null"],
    ],
    long: [["items", { from: "input.ids" }]],
  });
});
