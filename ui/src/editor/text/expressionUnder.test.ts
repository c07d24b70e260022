import { expect, test } from "vitest";

import { expressionUnder } from "./expressionUnder";
import { outlineOf } from "./jsonOutline";
import { jsonOf, type Syntax } from "./outline";

function under(text: string, syntax: Syntax = "yaml") {
  const whole = text.replace("|", "");
  const root = outlineOf(whole, syntax);
  return expressionUnder(whole, root, jsonOf(root), text.indexOf("|"));
}

test("an expression is tried as a whole, wherever the position in it is", () => {
  const tried = { kind: "expression", words: "length(input.urls)" };
  expect(under("output: {from: len|gth(input.urls)}")).toEqual(tried);
  expect(under('{"output": {"from": "length(input.urls)|"}}', "json")).toEqual(tried);
  expect(under("steps:\n  - name: a\n    type: wait\n    when: |length(input.urls)\n")).toEqual(tried);
});

test("of a template it is the hole, with its escapes undone, or all of it", () => {
  const hole = "$" + "{join(', ', input.\\\"a-b\\\"|)}";
  expect(under(`{"output": {"template": "To ${hole}!"}}`, "json")).toEqual({
    kind: "expression",
    words: "join(', ', input.\"a-b\")",
  });
  expect(under("output: {template: 'T|o $" + "{input.x}'}")).toEqual({ kind: "template", words: "To $" + "{input.x}" });
});

test("anywhere else there is nothing to try", () => {
  expect(under("name: in|put.x")).toBeNull();
  expect(under("output: {const: {from: in|put.x}}")).toBeNull();
  expect(under("vars: {from: in|put}")).toBeNull();
});
