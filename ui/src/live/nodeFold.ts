import type { StepStatus } from "@/api/runs";
import { Growing } from "./growing";
import type { Counts, StepView } from "./types";

/** The executions of one node, counted while they change. */
export class NodeFold {
  readonly #executions = new Growing<StepView>();
  readonly #positions = new Map<string, number>();
  readonly #counted = new Map<StepStatus, number>();
  #counts: Counts | null = null;

  /** Takes in what a step is now; `before` is what it was, null for one that just began. */
  take(before: StepView | null, now: StepView): void {
    const position = this.#positions.get(now.path);
    if (position === undefined) this.#positions.set(now.path, this.#executions.push(now));
    else this.#executions.set(position, now);
    if (before?.status === now.status) return;
    if (before !== null) this.#count(before.status, -1);
    this.#count(now.status, 1);
    this.#counts = null;
  }

  executions(): readonly StepView[] {
    return this.#executions.snapshot();
  }

  counts(): Counts {
    this.#counts ??= Object.fromEntries([...this.#counted].filter(([, count]) => count > 0));
    return this.#counts;
  }

  #count(status: StepStatus, by: number): void {
    this.#counted.set(status, (this.#counted.get(status) ?? 0) + by);
  }
}
