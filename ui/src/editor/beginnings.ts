import type { ToolSummary } from "@/api/tools";
import { documentText, filled } from "@/editor/completing/insertions";
import { inputSchemaFor, STEP_TEMPLATES, toolStep } from "@/editor/completing/stepTemplates";
import type { Syntax } from "@/editor/text/outline";

/** What a new scenario begins with. */
export type Beginning = "empty" | "tool" | "approval" | "foreach";

export const BEGINNINGS: Readonly<Record<Beginning, { label: string; about: string; needsTool: boolean }>> = {
  tool: { label: "One tool", about: "Calls a tool; what it requires is the input of the run.", needsTool: true },
  approval: { label: "Approval, then a tool", about: "Asks a person, and calls a tool after a yes.", needsTool: true },
  foreach: {
    label: "A tool for each item",
    about: "Takes a list and calls a tool for every item of it.",
    needsTool: true,
  },
  empty: { label: "Nearly empty", about: "One step that gives back its input.", needsTool: false },
};

interface Wanted {
  readonly beginning: Beginning;
  readonly scenarioId: string;
  readonly name: string;
  readonly tool: ToolSummary | null;
  /** Whether another server has a tool of this name. */
  readonly ambiguous: boolean;
}

/** The text of a new scenario. */
export const beginningText = (wanted: Wanted, syntax: Syntax): string =>
  documentText(filled(documentOf(wanted)), syntax);

function documentOf({ beginning, scenarioId, name, tool, ambiguous }: Wanted) {
  const head = { schema_version: "1", scenario_id: scenarioId, name };
  if (beginning === "empty" || !tool) {
    return {
      ...head,
      input_schema: { type: "object", properties: {} },
      steps: [{ name: "result", type: "transform", output: { from: "input" } }],
    };
  }
  const step = toolStep(tool, ambiguous);
  if (beginning === "foreach") return { ...head, ...forEach(tool, step) };
  const ask = { ...STEP_TEMPLATES.approval, name: "ask", message: `Call ${tool.name}?` };
  return { ...head, input_schema: inputSchemaFor(tool), steps: beginning === "approval" ? [ask, step] : [step] };
}

/** An item has what the tool requires. */
function forEach(tool: ToolSummary, step: ReturnType<typeof toolStep>) {
  const input = JSON.parse(JSON.stringify(step.input).replaceAll('"input.', '"item.'));
  return {
    input_schema: {
      type: "object",
      required: ["items"],
      properties: { items: { type: "array", items: inputSchemaFor(tool) } },
    },
    steps: [{ name: "each", type: "foreach", items: { from: "input.items" }, as: "item", steps: [{ ...step, input }] }],
  };
}
