import type { Diagnostic } from "@/api/scenarios";
import { nodeAt, type OutlineNode, type Property, pathOf, propertyOf } from "@/editor/text/outline";

/** A problem and the text that it is about. */
export interface PlacedProblem {
  readonly from: number;
  readonly to: number;
  readonly problem: Diagnostic;
}

/** Where each problem stands in the text, in the order of the text; what cannot be found stands at the beginning. */
export function placed(text: string, root: OutlineNode, problems: readonly Diagnostic[]): PlacedProblem[] {
  const lines = new Lines(text);
  return problems
    .map((problem) => ({ ...place(text, root, problem, lines), problem }))
    .sort((one, other) => one.from - other.from);
}

interface Stretch {
  from: number;
  to: number;
}

function place(text: string, root: OutlineNode, problem: Diagnostic, lines: Lines): Stretch {
  const at = problem.line > 0 ? lines.offset(problem.line, problem.column) : null;
  const path = pathOf(problem.pointer);
  const parent = nodeAt(root, path.slice(0, -1));
  const property = parent?.kind === "object" ? propertyOf(parent, String(path.at(-1))) : undefined;
  const node = path.length === 0 ? null : nodeAt(root, path);
  if (at !== null && !(node && within(node, at)) && !(property && within(property.name, at))) {
    return wordAt(text, at);
  }
  if (property && (isAboutKey(problem, property.key) || property.node.kind !== "scalar"))
    return shown(text, property.name);
  return node ? shown(text, valueOrKey(node, property)) : wordAt(text, at ?? 0);
}

/** A key that is unknown is marked itself; with everything else it is the value that is wrong. */
const isAboutKey = ({ message }: Diagnostic, key: string): boolean =>
  message.includes(`key '${key}'`) || message.includes(`has no input '${key}'`);

/** A whole block underlined says nothing; its key, or its first line, does. */
function valueOrKey(node: OutlineNode, property: Property | undefined): Stretch {
  const empty = node.to === node.from;
  if (property && (empty || node.kind !== "scalar")) return property.name;
  return node;
}

const within = ({ from, to }: Stretch, at: number): boolean => from <= at && at <= to;

/** Ends with its first line, and is never empty. */
function shown(text: string, { from, to }: Stretch): Stretch {
  const end = text.indexOf("\n", from);
  const last = Math.min(to, end < 0 ? text.length : end);
  return last > from ? { from, to: last } : wordAt(text, from);
}

/** The word at an offset, or one character. */
function wordAt(text: string, at: number): Stretch {
  const from = Math.max(0, Math.min(at, text.length - 1));
  const word = /^[^\s:,{}[\]]+/.exec(text.slice(from, from + 256));
  return { from, to: Math.min(text.length, from + (word?.[0].length ?? 1)) };
}

/** Offsets of lines and columns, which the service counts from 1 and in characters, not in UTF-16 units. */
class Lines {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  offset(line: number, column: number): number {
    const start = this.starts[line - 1];
    if (start === undefined) return this.text.length;
    const end = this.starts[line] ?? this.text.length;
    const before = [...this.text.slice(start, Math.min(end, start + 2 * column))].slice(0, Math.max(0, column - 1));
    return Math.min(start + before.join("").length, end);
  }
}
