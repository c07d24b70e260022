import { ApiError } from "@/api/client";
import { FoldedStore, type Soon } from "./folded";
import type { FollowedRun } from "./tab";
import type { SeenEvent } from "./types";

/** Milliseconds without an event after which what was there at the opening has come. */
export const QUIET = 60;

/** Milliseconds after the first event at which a run that is never quiet is shown all the same. */
export const LONG_ENOUGH = 1_000;

type Timer = (milliseconds: number, work: () => void) => () => void;

/** A run on screen: gives its events to its store, and knows when that is worth showing. */
export class LiveRun implements FollowedRun {
  readonly store: FoldedStore;
  #quiet: (() => void) | null = null;
  #longEnough: (() => void) | null = null;

  constructor(
    readonly runId: string,
    soon: Soon,
    private readonly after: Timer,
  ) {
    this.store = new FoldedStore(runId, soon);
  }

  get lastSeq(): number {
    return this.store.lastSeq;
  }

  get open(): boolean {
    return this.store.phase() !== "failed" && this.store.run()?.finished_at == null;
  }

  take(events: readonly SeenEvent[]): void {
    this.store.take(events);
    if (this.store.phase() !== "loading") return;
    this.#quiet?.();
    if (this.open) {
      this.#quiet = this.after(QUIET, () => this.#ready());
      this.#longEnough ??= this.after(LONG_ENOUGH, () => this.#ready());
    } else {
      this.#ready();
    }
  }

  restart(): void {
    this.store.restart();
  }

  unfollowed(status: number, code: string, message: string): void {
    this.store.fail(new ApiError(status, code, message, {}));
  }

  #ready(): void {
    this.#quiet?.();
    this.#longEnough?.();
    this.store.becomeReady();
  }
}
