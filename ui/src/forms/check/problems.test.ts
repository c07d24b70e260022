import { expect, test } from "vitest";

import { KEYWORDS } from "./messages";
import { harmless } from "./patterns";
import { problemsOf } from "./problems";

const at = (pointer: string, message: string) => [{ pointer, message }];

const object = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: "object",
  properties,
  ...more,
});

const cases: [name: string, schema: unknown, value: unknown, problems: { pointer: string; message: string }[]][] = [
  ["a type", { type: "string" }, 1, at("", "Give a text.")],
  ["several types", { type: ["integer", "null"] }, "x", at("", "Give a whole number or null.")],
  ["a constant", { const: "a" }, "b", at("", "This must be a.")],
  ["an enum", { enum: [1, null, "x"] }, 2, at("", "Choose one of 1, null, x.")],
  ["a long enum", { enum: [...Array(12).keys()] }, "z", at("", "Choose one of 0, 1, 2, 3, 4, 5, 6, 7 and 4 more.")],
  ["a minimum", { minimum: 3 }, 2, at("", "Give a number of at least 3.")],
  ["a maximum", { maximum: 3 }, 4, at("", "Give a number of at most 3.")],
  ["an exclusive minimum", { exclusiveMinimum: 3 }, 3, at("", "Give a number above 3.")],
  ["an exclusive maximum", { exclusiveMaximum: 3 }, 3, at("", "Give a number below 3.")],
  ["a multiple", { multipleOf: 0.1 }, 0.25, at("", "Give a multiple of 0.1.")],
  ["an empty text", { minLength: 2 }, "", at("", "Fill this in.")],
  ["a short text", { minLength: 2 }, "a", at("", "Write at least 2 characters.")],
  ["a long text", { maxLength: 2 }, "añ😀", at("", "Write at most 2 characters; there are 3.")],
  ["a pattern", { pattern: "^[a-z]+$" }, "A", at("", "This must match the pattern ^[a-z]+$.")],
  ["a format", { format: "email" }, "x", at("", "Give an e-mail address.")],
  ["a moment", { format: "date-time" }, "now", at("", "Give a date and time, such as 2026-04-24T12:00:00Z.")],
  ["a format that is only for the reader", { format: "hostname" }, "??", []],
  ["few items", { minItems: 1 }, [], at("", "Add items: at least 1 item must be here.")],
  ["many items", { maxItems: 1 }, [1, 2], at("", "Remove items: at most 1 item may be here.")],
  ["the same items", { uniqueItems: true }, [1, 1], at("", "Two items are the same; each may be here only once.")],
  ["what an item is", { items: { type: "integer" } }, [1, "x"], at("/1", "Give a whole number.")],
  ["what one item is", { contains: { const: 1 } }, [2], at("", "No item is as one of them must be.")],
  ["a missing field", object({ a: {} }, { required: ["a"] }), {}, at("/a", "Fill this in.")],
  ["a field with a slash", object({}, { required: ["a/b~"] }), {}, at("/a~1b~0", "Fill this in.")],
  ["a field that is null", object({ a: { type: "string" } }), { a: null }, at("/a", "Give a text.")],
  ["an unknown field", object({}, { additionalProperties: false }), { b: 1 }, at("/b", "There is no field 'b' here.")],
  [
    "a nested field",
    object({ a: object({ b: { minimum: 1 } }) }),
    { a: { b: 0 } },
    at("/a/b", "Give a number of at least 1."),
  ],
  ["few fields", { minProperties: 1 }, {}, at("", "Fill in at least 1 field.")],
  ["many fields", { maxProperties: 1 }, { a: 1, b: 2 }, at("", "Fill in at most 1 field.")],
  ["a name", { propertyNames: { maxLength: 1 } }, { ab: 1 }, at("", "A field has a name that is not allowed.")],
  [
    "a dependent field",
    { dependentRequired: { a: ["b"] } },
    { a: 1 },
    at("/b", "Fill this in, because of another field."),
  ],
  ["what is not allowed", { not: { type: "string" } }, "x", at("", "This value is not allowed.")],
  ["nothing that is allowed", false, 1, at("", "This value is not allowed.")],
  [
    "all of several",
    { allOf: [{ minimum: 1 }, { minimum: 1, maximum: 9 }] },
    0,
    at("", "Give a number of at least 1."),
  ],
  ["a condition", { if: { const: 1 }, else: { minimum: 5 } }, 3, at("", "Give a number of at least 5.")],
  [
    "a definition",
    { $defs: { n: { type: "integer" } }, properties: { a: { $ref: "#/$defs/n" } } },
    { a: "x" },
    at("/a", "Give a whole number."),
  ],
  ["no choice", { anyOf: [{ type: "string" }, { type: "integer" }] }, [], at("", "This fits none of the choices.")],
  [
    "the nearest choice",
    { anyOf: [{ type: "string" }, { type: "integer", minimum: 3 }] },
    1,
    at("", "Give a number of at least 3."),
  ],
  [
    "the choice that a constant tells",
    {
      oneOf: [
        object({ kind: { const: "mail" }, to: { type: "string" } }, { required: ["kind", "to"] }),
        object({ kind: { const: "chat" }, room: { type: "string" } }, { required: ["kind", "room"] }),
      ],
    },
    { kind: "chat" },
    at("/room", "Fill this in."),
  ],
  [
    "two choices at once",
    { oneOf: [{ minimum: 1 }, { maximum: 9 }] },
    5,
    at("", "This fits more than one of the choices."),
  ],
  [
    "a choice in a list",
    { items: { anyOf: [{ type: "string" }, { minimum: 5 }] } },
    ["a", 1],
    at("/1", "Give a number of at least 5."),
  ],
  ["no value", {}, undefined, at("", "Fill this in.")],
  ["what is not there is not wrong", object({ a: { type: "string" } }), { a: undefined }, []],
  ["true", true, { a: 1 }, []],
  ["no schema", undefined, 5, []],
];

test.each(cases)("%s", (_name, schema, value, problems) => {
  expect(problemsOf(schema, value)).toEqual(problems);
});

test("every keyword has a sentence that is tried above", () => {
  const tried = new Set(
    JSON.stringify(cases.map(([, schema]) => schema))
      .match(/"\w+":/g)
      ?.map((key) => key.slice(1, -2)),
  );
  const untried = KEYWORDS.filter((keyword) => !tried.has(keyword));
  expect(untried).toEqual(["minContains", "maxContains"]);
});

test("a reference out of the document asks for nothing, and nothing is fetched", () => {
  const schema = object({ a: { $ref: "https://example.org/a.json" }, b: { type: "string" } });
  expect(problemsOf(schema, { a: 1, b: 2 })).toEqual(at("/b", "Give a text."));
});

test.each([
  ["itself", { $ref: "#" }],
  [
    "itself by a way round",
    { $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" },
  ],
])("a schema that refers to %s is left to the service", (_name, schema) => {
  expect(problemsOf(schema, 1)).toEqual([]);
});

test("a schema that unfolds without bound is left to the service at once", () => {
  const $defs: Record<string, unknown> = { d40: { type: "string" } };
  for (let at = 0; at < 40; at++)
    $defs[`d${at}`] = { anyOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] };
  expect(problemsOf({ $defs, $ref: "#/$defs/d0" }, 1)).toEqual([]);
});

test.each(["^(a+)+$", "(a|a)*b", "^(\\w+\\s?)*$", "a*a*a*b", "(?=a)a", "^(.)\\1$", "[", "x".repeat(300)])(
  "the pattern %s is not matched here",
  (pattern) => {
    expect(harmless(pattern)).toBe(false);
    expect(problemsOf({ pattern }, `${"a".repeat(1000)}!`)).toEqual([]);
  },
);

test("a text that is too long to match is measured, not matched", () => {
  expect(problemsOf({ pattern: "^b+$", maxLength: 3 }, "a".repeat(5000))).toEqual(
    at("", "Write at most 3 characters; there are 5000."),
  );
});

test("keywords with values that make no sense do not break the page", () => {
  const schema = {
    type: "object",
    required: "a",
    properties: [],
    minimum: "x",
    pattern: 5,
    enum: 3,
    anyOf: {},
    $ref: 7,
  };
  expect(() => problemsOf(schema, { a: 1 })).not.toThrow();
});
