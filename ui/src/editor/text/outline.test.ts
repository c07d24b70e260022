import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { jsonOutline, outlineOf } from "./jsonOutline";
import { jsonOf, nodeAt, pathAt, pathOf } from "./outline";
import { yamlOutline } from "./yamlOutline";

const repository = new URL("../../../../", import.meta.url);

function files(folder: string, ending: string): string[] {
  return readdirSync(new URL(folder, repository), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, repository), "utf8"));
}

const yamlBlocks = files("docs", ".md").flatMap((page) =>
  [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((found) => found[1] ?? ""),
);

test("every YAML document of the documentation and the examples means what a YAML parser says", () => {
  const documents = [...yamlBlocks, ...files("examples", ".yaml")];
  expect(documents.length).toBeGreaterThan(20);
  for (const document of documents) {
    expect(jsonOf(yamlOutline(document)), document).toEqual(parse(document, { schema: "core" }));
  }
});

test("every JSON document of the examples means what JSON says", () => {
  const documents = files("examples", ".json");
  expect(documents.length).toBeGreaterThan(0);
  for (const document of documents) expect(jsonOf(jsonOutline(document))).toEqual(JSON.parse(document));
});

describe("scalars of YAML", () => {
  test.each([
    "a: |\n  one\n    two\n\n  three\nb: 1\n",
    "a: >-\n  one\n  two\n\n  three\n    kept\n  four\nb: [x, 'it''s', \"\\u00e9\\n\"]\n",
    "a: one\n  two\n\n  three # no more\nb: ~\n",
    "a: 'one\n  two'\nb: \"one\n\n  two\"\n",
    "- - a\n  - b: 1\n    c: {d: [1, 2.5, -3e2], e: }\n-\n  x\n- \n",
    "steps:\n- a: 1\n- b: http://x/y#z\nz: {from: \"input.url\", 'k': v}\n",
    "'a b': yes\n? x\n".replace("? x\n", ""),
    "---\n# a comment\na: 12:30\nb: on\nc: 0x\nd: 007\n",
  ])("%j", (text) => {
    expect(jsonOf(yamlOutline(text))).toEqual(parse(text, { schema: "core" }));
  });
});

test("a pointer leads to the text of the value, in both syntaxes", () => {
  for (const [syntax, text] of [
    ["yaml", "steps:\n  - name: a\n    input: {url: {from: steps.serch.output}}\n"],
    ["json", '{"steps": [{"name": "a", "input": {"url": {"from": "steps.serch.output"}}}]}'],
  ] as const) {
    const node = nodeAt(outlineOf(text, syntax), pathOf("/steps/0/input/url/from"));
    expect(text.slice(node?.from, node?.to).replaceAll('"', "")).toBe("steps.serch.output");
    expect(pathAt(outlineOf(text, syntax), text.indexOf("serch"))).toEqual(["steps", 0, "input", "url", "from"]);
  }
});

test("what is broken keeps what is whole around it", () => {
  expect(jsonOf(jsonOutline('{"a": [1, {"b": "x}\n], "c": , "d" 5, "e": {"f": 1'))).toEqual({
    a: [1, { b: "x}" }],
    c: null,
    d: null,
    5: null,
    e: { f: 1 },
  });
  expect(jsonOf(yamlOutline("a:\n  b: {c: 1\nsteps:\n  - name: x\n    ty\n    tool: y\n  oops\nd: 1\n"))).toEqual({
    a: { b: { c: 1 } },
    steps: [{ name: "x", ty: null, tool: "y" }, "oops"],
    d: 1,
  });
});

test("no text makes it fail or stand still", () => {
  const whole = yamlBlocks[0] ?? "";
  for (let end = 0; end < whole.length; end += 7) {
    outlineOf(whole.slice(0, end), "yaml");
    outlineOf(JSON.stringify(parse(whole), null, 2).slice(0, end), "json");
    outlineOf(whole.slice(end), "json");
  }
});
