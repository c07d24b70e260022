import type { FoldedStore, Soon } from "./folded";
import { LiveRun } from "./liveRun";
import type { News } from "./protocol";
import type { Tab } from "./tab";

/** Milliseconds for which a run that nobody shows any more is kept: whoever comes back finds it as it is. */
export const LINGER = 10_000;

const RUN_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

interface Open {
  readonly run: LiveRun;
  claims: number;
  follow: (() => void) | null;
  linger: (() => void) | null;
}

/** The runs that this tab shows: one store each, however many parts of a page read it. */
export class OpenRuns {
  readonly #open = new Map<string, Open>();
  /** Also those that were let go: a page may come back to its store late. */
  readonly #byStore = new WeakMap<FoldedStore, Open>();

  constructor(
    private readonly tab: Tab,
    private readonly soon: Soon,
    private readonly after: (milliseconds: number, work: () => void) => () => void,
  ) {
    tab.watch({ news: (news) => this.#news(news) });
  }

  /** The store of a run. Nothing comes to it until it is claimed. */
  get(runId: string): FoldedStore {
    return this.#opened(runId.toLowerCase()).run.store;
  }

  /** Follows the run of a store; gives what ends that, unless others do too. */
  claim(store: FoldedStore): () => void {
    const open = this.#byStore.get(store) ?? this.#opened(store.runId);
    this.#open.set(store.runId, open);
    open.claims += 1;
    open.linger?.();
    open.linger = null;
    if (!RUN_ID.test(store.runId)) open.run.unfollowed(404, "run.not_found", `Unknown run_id: ${store.runId}`);
    else open.follow ??= this.tab.follow(open.run);
    return () => {
      open.claims -= 1;
      if (open.claims === 0) this.#linger(open);
    };
  }

  #opened(runId: string): Open {
    const known = this.#open.get(runId);
    if (known !== undefined) return known;
    const open: Open = { run: new LiveRun(runId, this.soon, this.after), claims: 0, follow: null, linger: null };
    this.#open.set(runId, open);
    this.#byStore.set(open.run.store, open);
    this.#linger(open);
    return open;
  }

  #linger(open: Open): void {
    open.linger?.();
    open.linger = this.after(open.run.store.phase() === "failed" ? 0 : LINGER, () => {
      open.follow?.();
      open.follow = null;
      if (this.#open.get(open.run.runId) === open) this.#open.delete(open.run.runId);
    });
  }

  #news(news: readonly News[]): void {
    for (const item of news) {
      if (item.type !== "run_deleted") continue;
      this.#open.get(item.run_id)?.run.unfollowed(404, "run.not_found", "This run was removed.");
    }
  }
}
