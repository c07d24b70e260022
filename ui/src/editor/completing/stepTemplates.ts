import type { ToolSummary } from "@/api/tools";
import { isRecord, type JsonRecord, recordOf, textOf, textsOf } from "@/editor/text/jsonValues";

/** New steps to begin with; `‹…›` is a place to fill in. */

const inner = (name: string): JsonRecord => ({ name, type: "tool", tool: "‹tool›", input: {} });

export const STEP_TEMPLATES: Readonly<Record<string, JsonRecord>> = {
  tool: { name: "‹name›", type: "tool", tool: "‹tool›", input: {} },
  sequence: { name: "‹name›", type: "sequence", steps: [inner("‹first›")] },
  parallel: {
    name: "‹name›",
    type: "parallel",
    branches: { left: [inner("‹first›")], right: [inner("‹second›")] },
  },
  foreach: {
    name: "‹name›",
    type: "foreach",
    items: { from: "‹input.items›" },
    as: "item",
    steps: [{ name: "‹each›", type: "tool", tool: "‹tool›", input: { value: { from: "item" } } }],
  },
  loop: {
    name: "‹name›",
    type: "loop",
    max_iterations: 10,
    delay: "1s",
    until: "‹steps.look.output.done›",
    steps: [inner("look")],
  },
  switch: {
    name: "‹name›",
    type: "switch",
    cases: [{ when: "‹input.count > `0`›", steps: [inner("‹then›")] }],
    default: [{ name: "‹otherwise›", type: "transform", output: null }],
  },
  transform: { name: "‹name›", type: "transform", output: { from: "‹input›" } },
  scenario: { name: "‹name›", type: "scenario", scenario_id: "‹scenario_id›", input: {} },
  wait: { name: "‹name›", type: "wait", duration: "‹1m›" },
  approval: { name: "‹name›", type: "approval", message: "‹Go on?›" },
  try: {
    name: "‹name›",
    type: "try",
    steps: [inner("‹risky›")],
    catch: [{ steps: [{ name: "‹handled›", type: "transform", output: { from: "error.message" } }] }],
  },
  fail: { name: "‹name›", type: "fail", code: "‹Refused›", message: "‹Why it cannot go on›" },
  return: { name: "‹name›", type: "return", output: { from: "‹input›" } },
};

/** A name for a step that calls a tool: letters of any tool's name that a step may have. */
export const stepName = (tool: string): string =>
  tool
    .replace(/\W+/g, "_")
    .replace(/^(?=\d)/, "_")
    .slice(0, 64) || "step";

/** A step that calls a tool, its required arguments taken from inputs of the same name. */
export function toolStep(tool: ToolSummary, needsServer: boolean): JsonRecord {
  const properties = recordOf(tool.input_schema.properties);
  const required = textsOf(tool.input_schema.required).filter((name) => name in properties);
  return {
    name: stepName(tool.name),
    type: "tool",
    ...(needsServer ? { server: tool.server } : {}),
    tool: tool.name,
    input: Object.fromEntries(required.map((name) => [name, { from: path("input", name) }])),
  };
}

/** The member of a root, quoted where it is no plain name. */
export const path = (root: string, name: string): string =>
  `${root}.${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}`;

/** The part of a tool's input schema that its required arguments need, as the schema of a run's input. */
export function inputSchemaFor(tool: ToolSummary): JsonRecord {
  const properties = recordOf(tool.input_schema.properties);
  const required = textsOf(tool.input_schema.required).filter((name) => name in properties);
  const definitions = isRecord(tool.input_schema.$defs) ? { $defs: tool.input_schema.$defs } : {};
  return {
    type: "object",
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(required.map((name) => [name, told(recordOf(properties[name]))])),
    ...definitions,
  };
}

/** Titles that only repeat a name say nothing. */
function told(schema: JsonRecord): JsonRecord {
  const { title: _, ...rest } = schema;
  return textOf(rest.description) || Object.keys(rest).length > 0 ? rest : {};
}
