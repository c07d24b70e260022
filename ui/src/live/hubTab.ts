import type { News, Post, SentEvent, TabState, ToTab } from "./protocol";
import type { RunEventSeen } from "./stream";
import type { Surroundings } from "./surroundings";

/** Milliseconds for which words to a tab are collected: less than a frame. */
const COLLECT = 8;

interface Follow {
  /** The number of the last event that the tab has. */
  cursor: number;
  /** Which follow it was, of all that the hub was asked for. */
  readonly since: number;
}

/** A tab as the hub sees it. */
export class HubTab {
  visible = false;
  who: string | null = null;
  heard = 0;
  readonly #follows = new Map<string, Follow>();
  #outbox: ToTab[] = [];

  constructor(
    private readonly post: Post,
    private readonly after: Surroundings["after"],
  ) {}

  get follows(): ReadonlyMap<string, Readonly<Follow>> {
    return this.#follows;
  }

  /** Takes over what the tab says of itself; of a run that is followed already the hub knows more than the tab. */
  update(state: TabState, nextSince: () => number): void {
    this.visible = state.visible;
    this.who = state.who;
    for (const runId of [...this.#follows.keys()]) if (!(runId in state.follows)) this.#follows.delete(runId);
    for (const [runId, cursor] of Object.entries(state.follows)) {
      if (!this.#follows.has(runId)) this.#follows.set(runId, { cursor, since: nextSince() });
    }
  }

  /** What the tab follows is not known any more: it says so the next time. */
  forget(): void {
    this.#follows.clear();
  }

  /** Passes on an event of a run when it is the next one for this tab. */
  event({ runId, before, seq, type, text }: RunEventSeen): void {
    const follow = this.#follows.get(runId);
    if (follow?.cursor !== before) return;
    follow.cursor = seq;
    if (type === "run_finished") this.#follows.delete(runId);
    this.#collect(runId, { seq, type, text });
  }

  /** Lets all events of a run come again. */
  restart(runId: string): void {
    const follow = this.#follows.get(runId);
    if (follow === undefined || follow.cursor === 0) return;
    follow.cursor = 0;
    this.say({ type: "restarted", run_id: runId });
  }

  unfollow(runId: string, status: number, code: string, message: string): void {
    if (this.#follows.delete(runId)) this.say({ type: "unfollowed", run_id: runId, status, code, message });
  }

  /** Passes on what became of a run. */
  news(item: News): void {
    const last = this.#outbox.at(-1);
    if (last?.type === "news") last.news.push(item);
    else this.say({ type: "news", news: [item] });
  }

  say(message: ToTab): void {
    if (this.#outbox.length === 0) this.after(COLLECT, () => this.#flush());
    this.#outbox.push(message);
  }

  #collect(runId: string, event: SentEvent): void {
    const last = this.#outbox.at(-1);
    if (last?.type === "events" && last.run_id === runId) last.events.push(event);
    else this.say({ type: "events", run_id: runId, events: [event] });
  }

  #flush(): void {
    const messages = this.#outbox;
    this.#outbox = [];
    this.post(messages);
  }
}
