import type { StepStatus } from "@/api/runs";
import type { StepView } from "@/live/types";
import { segmentsOf } from "@/run/stepPath";
import { countsOf, statusTogether } from "@/run/together";

/** A step, or what several steps are part of without being one: an iteration, a branch, a later attempt of a block. */
export interface TreeNode {
  /** The step path, or the beginning that its steps have in common. */
  readonly key: string;
  readonly kind: "step" | "iteration" | "branch" | "attempt";
  readonly label: string;
  readonly step: StepView | null;
  readonly children: TreeNode[];
  readonly iteration: number | null;
  status: StepStatus;
  started: number;
  /** Null while something in it is at work. */
  finished: number | null;
}

/** The executions of a run as they lie in each other, each list in the order in which it began. */
export function treeOf(steps: readonly StepView[]): TreeNode[] {
  const tree = new Tree();
  for (const step of steps) tree.add(step);
  return tree.finish();
}

/** A step is looked at many times while others change, and reading a timestamp takes long. */
const spans = new WeakMap<StepView, Pick<TreeNode, "started" | "finished">>();

function spanOf(step: StepView): Pick<TreeNode, "started" | "finished"> {
  const known = spans.get(step);
  if (known) return known;
  const finished = step.finished_at === null ? null : Date.parse(step.finished_at);
  const span = { started: Date.parse(step.started_at), finished };
  spans.set(step, span);
  return span;
}

class Tree {
  private readonly roots: TreeNode[] = [];
  private readonly nodes = new Map<string, TreeNode>();

  add(step: StepView): void {
    const into = this.parentOf(step.path);
    const node: TreeNode = {
      key: step.path,
      kind: "step",
      label: step.name,
      step,
      children: [],
      iteration: null,
      status: step.status,
      ...spanOf(step),
    };
    this.nodes.set(node.key, node);
    into.push(node);
  }

  finish(): TreeNode[] {
    for (const node of this.roots) summarise(node);
    return this.roots;
  }

  private parentOf(path: string): TreeNode[] {
    let children = this.roots;
    for (const { owner, prefix, name, attempt, iteration } of segmentsOf(path).slice(0, -1)) {
      children = this.group(children, owner, "branch", name, null).children;
      const tried = attempt > 1 ? `${owner}@${attempt}` : owner;
      if (attempt > 1) children = this.group(children, tried, "attempt", `attempt ${attempt}`, null).children;
      if (iteration !== null)
        children = this.group(children, prefix, "iteration", `[${iteration}]`, iteration).children;
    }
    return children;
  }

  private group(
    into: TreeNode[],
    key: string,
    kind: TreeNode["kind"],
    label: string,
    iteration: number | null,
  ): TreeNode {
    const known = this.nodes.get(key);
    if (known) return known;
    const started = Number.POSITIVE_INFINITY;
    const node = { key, kind, label, step: null, children: [], iteration, status: "running", started, finished: null };
    this.nodes.set(key, node as TreeNode);
    into.push(node as TreeNode);
    return node as TreeNode;
  }
}

/** Works out from its children what no event says of an iteration, a branch or an attempt. */
function summarise(node: TreeNode): void {
  for (const child of node.children) summarise(child);
  node.children.sort((one, other) => placeOf(one) - placeOf(other));
  if (node.step !== null) return;
  node.started = Math.min(...node.children.map((child) => child.started));
  node.status = statusTogether(countsOf(node.children)) ?? "running";
  const ends = node.children.map((child) => child.finished);
  node.finished = ends.every((end) => end !== null) ? Math.max(...ends) : null;
}

/** Iterations stand in the order of their indexes, and later attempts of the block after them. */
const placeOf = ({ kind, iteration }: TreeNode): number =>
  iteration ?? (kind === "attempt" ? Number.MAX_SAFE_INTEGER : -1);
