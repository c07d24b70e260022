import type { StepStatus } from "@/api/runs";
import type { Counts } from "@/live/types";
import { countsOf } from "@/run/together";

import type { TreeNode } from "./tree";

export interface TimelineFilter {
  readonly text: string;
  readonly status: StepStatus | null;
  /** Only what was tried more than once. */
  readonly retried: boolean;
}

export const EVERYTHING: TimelineFilter = { text: "", status: null, retried: false };

/** One line of the timeline. */
export interface Row {
  readonly node: TreeNode;
  readonly depth: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
  /** Of a block with iterations that are not shown one by one: how they stand. */
  readonly collapsed: { readonly iterations: readonly TreeNode[]; readonly counts: Counts } | null;
}

/** Blocks with more iterations than these begin collapsed. */
const FEW = 5;

/** Whether somebody opened or closed a node; undefined when nobody did. */
export type Opened = ReadonlyMap<string, boolean>;

/** The lines to show, in their order. With a filter these are what fits it, and what that lies in. */
export function rowsOf(roots: readonly TreeNode[], opened: Opened, filter: TimelineFilter): Row[] {
  const rows: Row[] = [];
  const wanted = isEverything(filter) ? null : fitting(roots, filter);
  const visit = (node: TreeNode, depth: number, crowded: boolean): void => {
    if (wanted && !wanted.has(node)) return;
    const iterations = node.children.filter((child) => child.kind === "iteration");
    const expandable = node.children.length > 0;
    const expanded =
      expandable && (opened.get(node.key) ?? (wanted !== null || beginsOpen(node, iterations.length, crowded)));
    const collapsed = !expanded && iterations.length > 0 ? { iterations, counts: countsOf(iterations) } : null;
    rows.push({ node, depth, expandable, expanded, collapsed });
    if (expanded) for (const child of node.children) visit(child, depth + 1, iterations.length > FEW);
  };
  for (const root of roots) visit(root, 0, false);
  return rows;
}

/** Opens everything that the execution at `path` lies in, so that its line is there. */
export function openedUpTo(roots: readonly TreeNode[], opened: Opened, path: string): Opened {
  const more = new Map(opened);
  let level = roots;
  for (;;) {
    const next = level.find((node) => node.key !== path && isIn(path, node.key));
    if (!next) return more;
    more.set(next.key, true);
    level = next.children;
  }
}

function isIn(path: string, key: string): boolean {
  return path.startsWith(key) && (path[key.length] === "." || path[key.length] === "[" || path[key.length] === "@");
}

/** An iteration begins closed where there are many beside it: its own line says how it ended. */
function beginsOpen(node: TreeNode, iterations: number, crowded: boolean): boolean {
  if (iterations > FEW) return false;
  return node.kind !== "iteration" || (!crowded && node.children.length > 1);
}

/** Whether a filter leaves nothing out. */
export function isEverything(filter: TimelineFilter): boolean {
  return filter.text === "" && filter.status === null && !filter.retried;
}

function fitting(roots: readonly TreeNode[], filter: TimelineFilter): ReadonlySet<TreeNode> {
  const found = new Set<TreeNode>();
  const text = filter.text.toLowerCase();
  const visit = (node: TreeNode): boolean => {
    // Every child is looked at, also after one that fits.
    const inside = node.children.map(visit).some(Boolean);
    if (inside || fits(node, filter, text)) found.add(node);
    return found.has(node);
  };
  for (const root of roots) visit(root);
  return found;
}

function fits({ step }: TreeNode, filter: TimelineFilter, text: string): boolean {
  if (step === null) return false;
  if (filter.status !== null && step.status !== filter.status) return false;
  if (filter.retried && step.attempts.length < 2) return false;
  return step.path.toLowerCase().includes(text) || step.message.toLowerCase().includes(text);
}
