import type { Node } from "@xyflow/react";

import type { Layout } from "./layout";
import type { ListOutline, Outline, StepOutline } from "./outline";

/** What React Flow gets: a node per box, without the state of the run, which each node looks up itself. */
export type StepFlowNode = Node<{ step: StepOutline; live: boolean }, "step">;
export type BlockFlowNode = Node<{ step: StepOutline; folded: boolean; live: boolean }, "block">;
export type LaneFlowNode = Node<{ list: ListOutline }, "lane">;
export type FlowNode = StepFlowNode | BlockFlowNode | LaneFlowNode;

export function nodesOf(outline: Outline, layout: Layout, live: boolean): FlowNode[] {
  const lists = new Map([...listsOf(outline)].map((list) => [list.id, list]));
  const nodes: FlowNode[] = [];
  for (const { id, kind, x, y, width, height, folded } of layout.boxes.values()) {
    const place = { id, position: { x, y }, width, height, measured: { width, height } };
    const step = outline.steps.get(id);
    const list = lists.get(id);
    if (kind === "lane" && list) nodes.push({ ...place, type: "lane", data: { list } });
    else if (kind === "block" && step) nodes.push({ ...place, type: "block", data: { step, folded, live } });
    else if (step) nodes.push({ ...place, type: "step", data: { step, live } });
  }
  return nodes.map((node) => ({ ...node, domAttributes: PLAIN }));
}

/** A node is no widget: the button inside of it is. */
const PLAIN = { "aria-roledescription": undefined };

function* listsOf(outline: Outline): Generator<ListOutline> {
  if (outline.onError) yield outline.onError;
  for (const step of outline.steps.values()) yield* step.lists;
}
