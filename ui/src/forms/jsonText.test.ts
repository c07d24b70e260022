import { expect, test } from "vitest";

import { parsedText } from "./jsonText";

test.each([
  ['{"a": }', "1:7: this does not belong here"],
  ['{\n  "a": 1,\n}', "3:1: this does not belong here"],
  ['{"a" 1}', "1:6: this does not belong here"],
  ["[1, 2", "1:6: the text ends too early"],
  ['["a\nb"]', "1:2: a line break within a text"],
  ["{'a': 1}", "1:2: this does not belong here"],
  ["01", "1:1: this does not belong here"],
  ["[] []", "1:4: this does not belong here"],
  ["[NaN]", "1:2: this does not belong here"],
])("%j is broken at its place", (text, place) => {
  expect(parsedText(text)).toEqual({ ok: false, message: `This is not JSON yet, at ${place}.` });
});

test.each([
  ["", undefined],
  [" \n", undefined],
  ["null", null],
  ['{"a": [1e3, -0.5, "\\u0041"]}', { a: [1000, -0.5, "A"] }],
])("%j is a value", (text, value) => {
  expect(parsedText(text)).toEqual({ ok: true, value });
});
