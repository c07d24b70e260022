import { expect, test } from "vitest";
import { parse } from "yaml";

import type { ToolSummary } from "@/api/tools";
import { BEGINNINGS, type Beginning, beginningText } from "./beginnings";

const tool: ToolSummary = {
  server: "news",
  name: "find-news",
  description: "",
  annotations: null,
  drift: null,
  output_schema: null,
  input_schema: {
    type: "object",
    required: ["query", "in-language"],
    properties: { query: { type: "string", title: "Query" }, "in-language": { type: "string" }, limit: {} },
  },
};

const text = (beginning: Beginning, syntax: "json" | "yaml") =>
  beginningText({ beginning, scenarioId: "hello", name: "on", tool, ambiguous: true }, syntax);

test("a scenario with a tool takes what the tool requires as its input", () => {
  expect(parse(text("tool", "yaml"))).toEqual({
    schema_version: "1",
    scenario_id: "hello",
    name: "on",
    input_schema: {
      type: "object",
      required: ["query", "in-language"],
      properties: { query: { type: "string" }, "in-language": { type: "string" } },
    },
    steps: [
      {
        name: "find_news",
        type: "tool",
        server: "news",
        tool: "find-news",
        input: { query: { from: "input.query" }, "in-language": { from: 'input."in-language"' } },
      },
    ],
  });
});

test("for each item its members are the arguments", () => {
  const { steps } = parse(text("foreach", "yaml"));
  expect(steps[0].steps[0].input).toEqual({
    query: { from: "item.query" },
    "in-language": { from: 'item."in-language"' },
  });
});

test("every beginning is the same document in both syntaxes, with nothing left to fill in", () => {
  for (const beginning of Object.keys(BEGINNINGS) as Beginning[]) {
    expect(parse(text(beginning, "yaml"))).toEqual(JSON.parse(text(beginning, "json")));
    expect(text(beginning, "json")).not.toMatch(/[‹›]/);
  }
});
