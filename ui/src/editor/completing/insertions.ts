import type { Syntax } from "@/editor/text/outline";
import { bare } from "@/editor/text/scalars";

/**
 * Texts that a completion puts into a document, as templates of the editor: `#{name}` is a place to fill in, braces of the
 * document are escaped. In values, `‹name›` stands for such a place.
 */

const field = (text: string): string =>
  text.replace(/[{}]/g, "\\$&").replace(/‹([^›]*)›/g, (_, name: string) => `#{${name}}`);

/** Lines, of which all but the first are moved to the right. */
const shifted = (lines: readonly string[], by: number): string => field(lines.join(`\n${" ".repeat(by)}`));

/** A scalar as YAML writes it, in quotes where it would be something else without. */
export function yamlScalar(value: unknown, flow = false): string {
  if (typeof value !== "string") return JSON.stringify(value ?? null);
  const unsafe =
    bare(value) !== value ||
    /^[\s\-?:,[\]{}#&*!|>'"%@`]|[\s:]$|: | #|[\n\t]/.test(value) ||
    (flow && /[,[\]{}]/.test(value));
  return unsafe && !/^‹[^›]*›$/.test(value) ? JSON.stringify(value) : value;
}

/** A value in block style, in lines. */
export function yamlLines(value: unknown): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return ["[]"];
    return value.flatMap((each) => yamlLines(each).map((line, index) => `${index === 0 ? "- " : "  "}${line}`));
  }
  if (typeof value !== "object" || value === null) return [yamlScalar(value)];
  const entries = Object.entries(value);
  return entries.length === 0 ? ["{}"] : entries.flatMap(([key, each]) => propertyLines(yamlScalar(key), each));
}

function propertyLines(key: string, value: unknown): string[] {
  const lines = yamlLines(value);
  const block = typeof value === "object" && value !== null && lines[0] !== "{}" && lines[0] !== "[]";
  return block ? [`${key}:`, ...lines.map((line) => `  ${line}`)] : [`${key}: ${lines[0] ?? ""}`];
}

/** A value as the text of a whole document. */
export const documentText = (value: unknown, syntax: Syntax): string =>
  syntax === "json" ? `${JSON.stringify(value, null, 2)}\n` : `${yamlLines(value).join("\n")}\n`;

/** Takes the marks of places to fill in out of a value. */
export function filled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/‹([^›]*)›/g, "$1"));
}

export interface Manner {
  readonly syntax: Syntax;
  readonly flow: boolean;
  /** How far right of its line's beginning the text stands. */
  readonly right: number;
}

/** A whole value, such as a step. */
export function valueText(value: unknown, { syntax, flow, right }: Manner, dash = true): string {
  if (syntax === "yaml" && flow) return field(flowText(value));
  const lines = syntax === "json" ? JSON.stringify(value, null, 2).split("\n") : yamlLines(value);
  if (dash) return shifted(lines, right);
  return shifted(
    lines.map((line, index) => `${index === 0 ? "- " : "  "}${line}`),
    right,
  );
}

/** In one line, as YAML writes it. */
function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return yamlScalar(value, true);
  return `{${Object.entries(value)
    .map(([key, each]) => `${yamlScalar(key, true)}: ${flowText(each)}`)
    .join(", ")}}`;
}

/** What a key is followed by: a block of its own, a list, a text, or anything. */
export type Opening = "object" | "list" | "text" | "value";

/** A key with what begins its value. */
export function keyText(key: string, opening: Opening, { syntax, flow, right }: Manner): string {
  if (syntax === "json") {
    const ends = { object: "\\{#{}\\}", list: "[#{}]", text: '"#{}"', value: "#{}" };
    return `${field(JSON.stringify(key))}: ${ends[opening]}`;
  }
  const name = field(yamlScalar(key, flow));
  if (flow) return `${name}: ${{ object: "\\{#{}\\}", list: "[#{}]", text: "#{}", value: "#{}" }[opening]}`;
  const inside = " ".repeat(right + 2);
  if (opening === "object") return `${name}:\n${inside}#{}`;
  return opening === "list" ? `${name}:\n${inside}- #{}` : `${name}: #{}`;
}
