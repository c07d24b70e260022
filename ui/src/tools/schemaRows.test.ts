import { expect, test } from "vitest";

import { schemaRows } from "./schemaRows";

const lines = (schema: unknown) =>
  schemaRows(schema).rows.map(({ depth, name, type, required, rules }) =>
    [`${"  ".repeat(depth)}${name}${required ? "*" : ""}: ${type}`, ...rules].join(", "),
  );

test("properties are lines, nested ones indented", () => {
  const schema = {
    $defs: { Mail: { type: "object", properties: { kind: { const: "mail" } } }, Level: { enum: ["low", 2, null] } },
    properties: {
      who: { type: "string", minLength: 1, default: "Ada" },
      to: { anyOf: [{ $ref: "#/$defs/Mail" }, { type: "null" }] },
      levels: { type: "array", items: { $ref: "#/$defs/Level" } },
      any: true,
    },
    required: ["who"],
  };
  expect(lines(schema)).toEqual([
    'who*: string, minLength 1, default "Ada"',
    "to: Mail | null",
    "  Mail: Mail",
    "    kind: mail",
    "levels: list of low | 2 | null",
    "  each item: low | 2 | null",
    "any: anything",
  ]);
});

test("a definition that refers to itself is opened once", () => {
  const node = { type: "object", properties: { next: { $ref: "#/$defs/node" } } };
  expect(lines({ $defs: { node }, $ref: "#/$defs/node" })).toEqual(["next: node"]);
});

test("a schema of thousands of properties is cut", () => {
  const properties = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`p${at}`, { type: "string" }]));
  const { rows, cut } = schemaRows({ properties });
  expect(rows).toHaveLength(400);
  expect(cut).toBe(true);
});

test.each([[null], [true], [5], [{}], [{ properties: 3, required: "a", anyOf: {} }]])("%j has no lines", (schema) => {
  expect(lines(schema)).toEqual([]);
});
