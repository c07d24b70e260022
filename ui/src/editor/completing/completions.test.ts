import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { ToolSummary } from "@/api/tools";
import type { Syntax } from "@/editor/text/outline";
import { choicesAt } from "./completions";
import type { Known } from "./shapes";

const schema = new URL("../../../../src/callsheet/scenario/scenario.v1.schema.json", import.meta.url);

const tool = (server: string, name: string, input: object, output: object | null = null): ToolSummary => ({
  server,
  name,
  description: `Does ${name}.`,
  annotations: null,
  drift: null,
  input_schema: { type: "object", ...input },
  output_schema: output === null ? null : { type: "object", ...output },
});

const known: Known = {
  schema: JSON.parse(readFileSync(schema, "utf8")),
  servers: ["news", "web"],
  tools: [
    tool(
      "news",
      "search",
      {
        required: ["query"],
        properties: {
          limit: { type: "integer", description: "How many." },
          query: { type: "string" },
          order: { $ref: "#/$defs/Order" },
        },
        $defs: { Order: { enum: ["newest", "best"] } },
      },
      { properties: { articles: { type: "array", items: { properties: { url: { type: "string" }, title: {} } } } } },
    ),
    tool("web", "fetch", { properties: { url: { type: "string" } } }),
    tool("web", "search", { properties: {} }),
  ],
  scenarios: [
    {
      scenario_id: "child",
      name: "A child",
      description: "",
      input_schema: { properties: { who: { type: "string" } } },
      output_schema: { properties: { said: { type: "string" } } },
      revision: "r",
      tags: [],
      problems: [],
      source: "saved",
      read_only: false,
    },
  ],
};

/** The labels that are offered at `|`, best first. */
function offered(text: string, syntax: Syntax = "yaml"): string[] {
  const choices = choicesAt(text.replace("|", ""), syntax, text.indexOf("|"), known)?.choices ?? [];
  return [...choices].sort((one, other) => other.rank - one.rank).map(({ label }) => label);
}

/** The text after the choice with this label was taken, its places to fill in shown as `‹›`. */
function taken(text: string, label: string, syntax: Syntax = "yaml"): string {
  const whole = text.replace("|", "");
  const found = choicesAt(whole, syntax, text.indexOf("|"), known);
  const choice = found?.choices.find((each) => each.label === label);
  if (!found || !choice) throw new Error(`'${label}' is not offered`);
  const inserted = choice.insert.replace(/#\{([^}]*)\}/g, "‹$1›").replace(/\\([{}])/g, "$1");
  return whole.slice(0, found.from) + inserted + whole.slice(found.to);
}

const step = (rest: string): string => `steps:\n  - name: a\n    type: tool\n    ${rest}`;
const both = (object: string): [Syntax, string][] => [
  ["yaml", object],
  ["json", object.replace(/(\w+)(?=:)/g, '"$1"').replace(/: ([a-z_]+)(?=[,}])/g, ': "$1"')],
];

describe("keys", () => {
  test("of the document, required ones first, without those that are there", () => {
    expect(offered("name: x\n|").slice(0, 3)).toEqual(["schema_version", "scenario_id", "steps"]);
    expect(offered('{"name": "x", "|"}', "json").slice(0, 3)).toEqual(["schema_version", "scenario_id", "steps"]);
    expect(offered("name: x\n|")).not.toContain("name");
  });

  test("of a step are those of its type, and without a type what all have", () => {
    expect(offered(step("|"))[0]).toBe("tool");
    expect(offered(step("|"))).toContain("on_interrupt");
    expect(offered('{"steps": [{"type": "foreach", "name": "x", |}]}', "json").slice(0, 2)).toEqual(["items", "steps"]);
    expect(offered("steps:\n  - |").slice(0, 2)).toEqual(["tool step", "sequence step"]);
    expect(offered("steps:\n  - n|\n    when: x\n")).not.toContain("branches");
  });

  test("are found above, between and below others, and in a block that begins", () => {
    expect(offered(`${step("to|")}\n    input: {}\n`)[0]).toBe("tool");
    expect(offered(`${step("retry:\n      |")}`)).toContain("backoff_coefficient");
    expect(offered("steps:\n- name: a\n  type: switch\n  cases:\n  - |")).toEqual(["when", "steps"]);
  });

  test("of a tool's input are its arguments, with what they are", () => {
    const text = step("server: news\n    tool: search\n    input:\n      |");
    expect(offered(text)).toEqual(["query", "limit", "order"]);
    const choices = choicesAt(text.replace("|", ""), "yaml", text.indexOf("|"), known)?.choices;
    expect(choices?.map(({ detail }) => detail)).toEqual(["string, required", "integer", "newest | best"]);
    expect(choices?.[1]?.about).toBe("How many.");
  });

  test("of a scenario's input are those of its own", () => {
    expect(offered("steps:\n  - name: a\n    type: scenario\n    scenario_id: child\n    input: {|}\n")).toEqual([
      "who",
    ]);
  });

  test("are written as the syntax wants them", () => {
    expect(taken(step("to|"), "tool")).toBe(step("tool: ‹›"));
    expect(taken(step("|"), "input")).toBe(step("input:\n  ‹›"));
    expect(taken("steps:\n  - |\n    when: a\n", "name")).toContain("  - name: ‹›\n");
    expect(taken('{"st|"}', "steps", "json")).toBe('{"steps": [‹›]}');
    expect(taken('{"st|"\n "x-a": 1}', "steps", "json")).toBe('{"steps": [‹›],\n "x-a": 1}');
    expect(taken('{"st|": []}', "steps", "json")).toBe('{"steps": []}');
    expect(taken("steps:\n  - {name: a, type: loop, |}\n", "until")).toContain("{name: a, type: loop, until: ‹›}");
  });
});

describe("values", () => {
  test.each(both("{steps: [{name: a, type: tool, on_interrupt: |}]}"))(
    "that the schema names, in %s",
    (syntax, text) => {
      expect(offered(text, syntax)).toEqual(["retry", "fail", "approve"]);
    },
  );

  test("the types of steps", () => {
    expect(offered("steps:\n  - name: a\n    type: |")).toContain("foreach");
    expect(taken('{"steps": [{"type": "|"}]}', "foreach", "json")).toBe('{"steps": [{"type": "foreach"}]}');
  });

  test("tools, of the server that the step or the document names", () => {
    expect(offered(step("tool: |"))).toEqual(["search", "fetch"]);
    expect(offered(step("tool: |\n    server: web"))).toEqual(["fetch", "search"]);
    expect(offered(`defaults: {server: news}\n${step("tool: |")}`)).toEqual(["search"]);
    expect(offered(step("server: |"))).toEqual(["news", "web"]);
  });

  test("scenarios, declared names, error codes, choices of an argument", () => {
    expect(offered("steps:\n  - name: a\n    type: scenario\n    scenario_id: |")).toEqual(["child"]);
    expect(offered(`secrets: [KEY]\n${step("input: {key: {secret: |}}")}`)).toEqual(["KEY"]);
    expect(offered(step("retry: {errors: [|]}"))).toContain("Timeout");
    expect(taken(step("retry: {errors: [|]}"), "*")).toBe(step('retry: {errors: ["*"]}'));
    expect(offered(step("server: news\n    tool: search\n    input:\n      order: |")).slice(0, 2)).toEqual([
      "newest",
      "best",
    ]);
  });

  test("forms where a value is wanted, secrets only in the input of a tool", () => {
    expect(offered("output: |")).toEqual(["{from: …}", "{template: …}", "{env: …}"]);
    expect(offered(step("tool: fetch\n    input:\n      url: |"))).toContain("{secret: …}");
    expect(taken("output: |", "{from: …}")).toBe("output: {from: ‹›}");
    expect(taken('{"output": |}', "{from: …}", "json")).toBe('{"output": {"from": "‹›"}}');
  });
});

describe("whole steps", () => {
  test("are written into the list, with and without a dash", () => {
    const whole = "steps:\n  - name: ‹name›\n    type: wait\n    duration: ‹1m›\n".trimEnd();
    expect(taken("steps:\n  - |", "wait step").replace(/\n {2}(?=\w)/g, "\n    ")).toBe(whole);
    expect(taken("steps:\n  - name: a\n    type: fail\n  wa|", "wait step")).toContain("  - name: ‹name›\n");
    expect(taken('{"steps": [|]}', "wait step", "json")).toContain('"type": "wait"');
  });
});

describe("in expressions", () => {
  const two = (rest: string) =>
    `input_schema: {properties: {url: {type: string}, topics: {type: array, items: {properties: {id: {}}}}}}
vars: {limit: 3}
steps:
  - {name: first, type: tool, server: news, tool: search, input: {query: x}}
  - name: second
    type: foreach
    items: {from: steps.first.output.articles}
    as: article
    steps:
      - name: inner
        type: tool
        tool: fetch
        ${rest}
  - {name: later, type: wait, duration: 1s}
`;

  test("only steps that are visible are offered", () => {
    expect(offered(two("input: {url: {from: steps.|}}"))).toEqual(["first"]);
    expect(offered(`${two("when: x")}output: {from: steps.|}\n`)).toEqual(["first", "second", "later"]);
    expect(offered(`${two("when: x")}on_error:\n  - {name: tell, type: transform, output: {from: e|}}\n`)).toContain(
      "error",
    );
  });

  test("members follow from schemas of tools, of the input, of items and of constants", () => {
    expect(offered(two("when: steps.first.|"))).toEqual(["output", "status", "error"]);
    expect(offered(two("when: steps.first.output.a|"))).toEqual(["articles"]);
    expect(offered(two("when: steps.first.output.articles[0].|"))).toEqual(["url", "title"]);
    expect(offered(two("when: article.|"))).toEqual(["url", "title"]);
    expect(offered(two("when: input.|"))).toEqual(["url", "topics"]);
    expect(offered(two("when: vars.|"))).toEqual(["limit"]);
    expect(offered(two("when: contains(input.topics[?|"))[0]).toBe("id");
  });

  test("roots and functions begin one, with what the place adds", () => {
    expect(offered(two("when: |")).slice(0, 7)).toEqual(["input", "steps", "vars", "env", "run", "article", "index"]);
    expect(offered(two("when: le|"))).toContain("length");
    expect(offered(two("input: {url: {from: s|}}"))).toContain("secrets");
    expect(offered(two("output: {from: |}"))).toContain("result");
    expect(offered(two('when: "input.url == \'in|"'))).toEqual([]);
  });

  test("a template has them in its holes only, over several lines too", () => {
    const template = (text: string) => two(`input: {url: {template: "${text}"}}`);
    expect(offered(template("See $" + "{input.|} there"))).toEqual(["url", "topics"]);
    expect(offered(template("input.| $" + "{input.url}"))).toEqual([]);
    expect(
      offered(
        "steps:\n  - name: a\n    type: transform\n    output:\n      template: |-\n        x $".replace("|-", ">-") +
          "{run.|}",
      ),
    ).toEqual(["id", "started_at", "scenario_id", "revision"]);
  });

  test("in JSON strings, and only the name is replaced", () => {
    const text =
      '{"steps": [{"name": "a", "type": "tool", "tool": "x"}, {"name": "b", "type": "wait", "when": "steps.|xyz.output"}]}';
    expect(taken(text, "a", "json")).toContain('"when": "steps.a.output"');
  });
});

test("in comments, and in what is no place of the language, nothing is offered", () => {
  expect(offered("name: x # |")).toEqual([]);
  expect(offered("description: |")).toEqual([]);
});

test("no position of a document makes it fail", () => {
  const text = step(
    'tool: search\n    input: {query: {template: "a $' + '{input.x}"}}\noutput: {from: steps.a.output}\n',
  );
  for (let at = 0; at <= text.length; at++) {
    choicesAt(text, "yaml", at, known);
    choicesAt(text, "json", at, known);
    choicesAt(text.slice(0, at), "yaml", at, known);
  }
});
