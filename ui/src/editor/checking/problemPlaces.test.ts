import { expect, test } from "vitest";

import { outlineOf } from "@/editor/text/jsonOutline";
import type { Syntax } from "@/editor/text/outline";
import { placed } from "./problemPlaces";

function marked(
  text: string,
  pointer: string,
  line: number,
  column: number,
  syntax: Syntax = "yaml",
  message = "",
): string {
  const problem = { code: "E100", severity: "error" as const, pointer, message, hint: "", line, column };
  const mark = placed(text, outlineOf(text, syntax), [problem])[0];
  return text.slice(mark?.from, mark?.to);
}

const TEXT = "name: Ünï 😀 x\nsteps:\n  - name: a\n    input: {url: {from: steps.serch.output}}\n    tol: b\n";

test("a value is marked as a whole", () => {
  expect(marked(TEXT, "/steps/0/input/url/from", 4, 19)).toBe("steps.serch.output");
  expect(marked('{"a": ["x", "yy"]}', "/a/1", 1, 13, "json")).toBe('"yy"');
});

test("a key is marked when it is what is wrong, and in place of what is many lines long", () => {
  expect(marked(TEXT, "/steps/0/tol", 5, 5, "yaml", "Unknown key 'tol'.")).toBe("tol");
  expect(marked(TEXT, "/steps/0/tol", 5, 5)).toBe("b");
  expect(marked(TEXT, "/steps", 2, 1)).toBe("steps");
  expect(marked(TEXT, "/steps/0", 3, 5)).toBe("name: a");
});

test("what has no node is marked at its line and column, counted in characters", () => {
  expect(marked(TEXT, "/missing", 1, 13)).toBe("x");
  expect(marked(TEXT, "", 2, 1)).toBe("steps");
});

test("a problem without a line is found by its pointer, and one beyond the text at its end", () => {
  expect(marked(TEXT, "/steps/0/name", 0, 0)).toBe("a");
  expect(marked(TEXT, "/nowhere/at/all", 99, 1)).toBe("\n");
  expect(marked("", "", 1, 1)).toBe("");
});

test("problems come in the order of the text", () => {
  const problem = (pointer: string) => ({
    code: "E1",
    severity: "error" as const,
    pointer,
    message: "",
    hint: "",
    line: 0,
    column: 0,
  });
  const marks = placed(TEXT, outlineOf(TEXT, "yaml"), [problem("/steps/0/tol"), problem("/name")]);
  expect(marks.map((mark) => mark.problem.pointer)).toEqual(["/name", "/steps/0/tol"]);
});
