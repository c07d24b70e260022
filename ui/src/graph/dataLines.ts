import type { Box, Direction, Layout } from "./layout";
import type { Outline } from "./outline";

/** An expression of one step that reads another one, as `POST /api/scenarios/validate` lists them. */
export interface DataEdge {
  readonly from_step: string;
  readonly to_step: string;
  readonly pointer: string;
  readonly expression: string;
}

/** What is drawn for all expressions that lead from one box to another. */
export interface DataLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly expressions: readonly string[];
  readonly path: string;
  readonly middle: readonly [number, number];
}

/** The data edges as curves beside the steps. Of what is folded, the block is the end; edges to oneself are left out. */
export function dataLinesOf(
  edges: readonly DataEdge[],
  outline: Outline,
  layout: Layout,
  direction: Direction,
): readonly DataLine[] {
  const found = new Map<string, { from: Box; to: Box; expressions: string[] }>();
  for (const { from_step, to_step, expression } of edges) {
    const [from, to] = [visible(from_step, outline, layout), visible(to_step, outline, layout)];
    if (!from || !to || from.id === to.id) continue;
    const id = `${from.id}>${to.id}`;
    const one = found.get(id) ?? { from, to, expressions: [] };
    if (!one.expressions.includes(expression)) one.expressions.push(expression);
    found.set(id, one);
  }
  return [...found].map(([id, { from, to, expressions }]) => ({
    id,
    from: from.id,
    to: to.id,
    expressions,
    ...(direction === "TB" ? besideRight(from, to) : below(from, to)),
  }));
}

function visible(id: string, outline: Outline, layout: Layout): Box | null {
  for (let at: string | null = id; at !== null; at = outline.parents.get(at) ?? null) {
    const box = layout.boxes.get(at);
    if (box) return box;
  }
  return null;
}

/** At the height of a box's title, so that the end of a large block is where one looks for it. */
const title = (box: Box): number => Math.min(box.height / 2, 24);

function besideRight(from: Box, to: Box): { path: string; middle: [number, number] } {
  const [x1, y1] = [from.x + from.width, from.y + title(from) + 6];
  const [x2, y2] = [to.x + to.width, to.y + title(to) - 6];
  const out = Math.max(x1, x2) + 30 + Math.min(120, Math.abs(y2 - y1) * 0.12);
  const path = `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`;
  return { path, middle: [(x1 + 6 * out + x2) / 8, (y1 + y2) / 2] };
}

function below(from: Box, to: Box): { path: string; middle: [number, number] } {
  const [x1, y1] = [from.x + from.width / 2 + 12, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2 - 12, to.y + to.height];
  const out = Math.max(y1, y2) + 30 + Math.min(120, Math.abs(x2 - x1) * 0.12);
  const path = `M${x1} ${y1}C${x1} ${out} ${x2} ${out} ${x2} ${y2}`;
  return { path, middle: [(x1 + x2) / 2, (y1 + 6 * out + y2) / 8] };
}
