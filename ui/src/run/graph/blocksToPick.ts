import { isPicked, type Picks } from "@/run/picks";
import { iterationsOf, withoutAttempts } from "@/run/stepPath";
import type { TreeNode } from "@/run/timeline/tree";

/** A block with iterations of which one can be looked at. */
export interface Block {
  /** Its path without attempts. */
  readonly owner: string;
  readonly iterations: readonly TreeNode[];
}

/** The blocks with iterations: outer ones, and those that lie in the iterations that are picked. */
export function blocksToPick(roots: readonly TreeNode[], picks: Picks): Block[] {
  const found = new Map<string, Map<number, TreeNode>>();
  const visit = (node: TreeNode): void => {
    if (node.kind === "iteration" && node.iteration !== null) {
      const owner = withoutAttempts(ownerOf(node.key));
      // A later attempt of the block counts in the place of the earlier one.
      found.set(owner, (found.get(owner) ?? new Map()).set(node.iteration, node));
      if (picks.get(owner) !== node.iteration || !isPicked(node.key, picks)) return;
    }
    for (const child of node.children) visit(child);
  };
  for (const root of roots) visit(root);
  return [...found].map(([owner, iterations]) => ({ owner, iterations: [...iterations.values()] }));
}

const ownerOf = (iteration: string): string => iterationsOf(iteration).at(-1)?.owner ?? iteration;
