import { Fold } from "./fold";
import type { Counts, RunStore, RunView, SeenEvent, StepView } from "./types";

/** Calls a function soon, once. */
export type Soon = (work: () => void) => void;

/** A run whose events come in; listeners are told `soon`, of all that changed since the last time at once. */
export class FoldedStore implements RunStore {
  #fold = new Fold();
  #phase: "loading" | "ready" | "failed" = "loading";
  #failure: Error | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #nodeListeners = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #allChanged = false;
  #telling = false;

  constructor(
    readonly runId: string,
    private readonly soon: Soon,
  ) {}

  get lastSeq(): number {
    return this.#fold.lastSeq;
  }

  /** Takes in the events that were not seen yet. */
  take(events: Iterable<SeenEvent>): void {
    for (const event of events) {
      if (event.seq <= this.#fold.lastSeq) continue;
      const node = this.#fold.apply(event);
      if (node !== null) this.#changed.add(node);
    }
    this.#tellSoon();
  }

  /** What was there at the opening is folded in. */
  becomeReady(): void {
    if (this.#phase !== "loading") return;
    this.#phase = "ready";
    this.#tellSoon();
  }

  fail(why: Error): void {
    this.#phase = "failed";
    this.#failure = why;
    this.#tellSoon();
  }

  /** Forgets all events: they come again from the first one. */
  restart(): void {
    this.#fold = new Fold();
    this.#allChanged = true;
    this.#tellSoon();
  }

  phase(): "loading" | "ready" | "failed" {
    return this.#phase;
  }

  failure(): Error | null {
    return this.#failure;
  }

  run(): RunView | null {
    return this.#fold.run();
  }

  step(path: string): StepView | null {
    return this.#fold.step(path);
  }

  steps(): readonly StepView[] {
    return this.#fold.steps();
  }

  executions(name: string): readonly StepView[] {
    return this.#fold.executions(name);
  }

  counts(name: string): Counts {
    return this.#fold.counts(name);
  }

  events(): readonly SeenEvent[] {
    return this.#fold.events();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  subscribeNode(name: string, listener: () => void): () => void {
    const listeners = this.#nodeListeners.get(name) ?? new Set();
    this.#nodeListeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#nodeListeners.get(name) === listeners) this.#nodeListeners.delete(name);
    };
  }

  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.soon(() => {
      this.#telling = false;
      this.#tell();
    });
  }

  #tell(): void {
    const nodes = this.#allChanged ? [...this.#nodeListeners.keys()] : [...this.#changed];
    this.#changed.clear();
    this.#allChanged = false;
    for (const name of nodes) for (const listener of [...(this.#nodeListeners.get(name) ?? [])]) listener();
    for (const listener of [...this.#listeners]) listener();
  }
}

const now: Soon = (work) => work();

/** A run of which all these events are there: for tests, and for whoever has them already. */
export function foldedStore(events: Iterable<SeenEvent>): FoldedStore {
  const seen = [...events];
  const runId = seen[0]?.data.run_id;
  const store = new FoldedStore(typeof runId === "string" ? runId : "", now);
  store.take(seen);
  store.becomeReady();
  return store;
}
