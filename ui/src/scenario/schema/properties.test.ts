import { expect, test } from "vitest";

import { propertyRows } from "./properties";

const told = (schema: unknown) => propertyRows(schema).map(({ path, type, required }) => [path, type, required]);

test("properties stand before what is inside them, lists with what they hold", () => {
  const schema = {
    type: "object",
    required: ["pages"],
    properties: {
      pages: { type: "array", items: { type: "object", required: ["url"], properties: { url: { type: "string" } } } },
      limit: { type: ["integer", "null"] },
    },
  };
  expect(told(schema)).toEqual([
    ["pages", "array of object", true],
    ["pages[].url", "string", true],
    ["limit", "integer or null", false],
  ]);
});

test("a $ref is followed, and one that leads into itself ends", () => {
  const node = {
    type: "object",
    properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/node" } } },
  };
  const paths = propertyRows({ $defs: { node }, properties: { tree: { $ref: "#/$defs/node" } } }).map(
    ({ path }) => path,
  );
  expect(paths).toEqual(["tree", "tree.name", "tree.children", "tree.children[].name", "tree.children[].children"]);
});

test("rules and the default are told in words", () => {
  const [row] = propertyRows({
    properties: { mode: { title: "Mode", description: "How", enum: ["fast", 2], default: "fast", minLength: 1 } },
  });
  expect(row).toMatchObject({
    type: "one of",
    description: "Mode: How",
    rules: ['"fast", 2', "1 characters or more", 'default "fast"'],
  });
});

test("alternatives are told, with each type once", () => {
  const schema = {
    properties: { a: { anyOf: [{ type: "string" }, { type: "null" }, { $ref: "#/$defs/s" }] } },
    $defs: { s: { type: "string" } },
  };
  expect(told(schema)).toEqual([["a", "string or null", false]]);
});

test.each([undefined, null, true, "x", { properties: 5 }, { properties: { a: null } }, { $ref: "#/$defs/none" }])(
  "what is no schema gives no failure: %j",
  (schema) => expect(() => propertyRows(schema)).not.toThrow(),
);
