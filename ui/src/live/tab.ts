import type { FromTab, Link, News, Post, ToTab } from "./protocol";
import type { Connection, SeenEvent } from "./types";

/** A run whose events a tab takes. */
export interface FollowedRun {
  readonly runId: string;
  readonly lastSeq: number;
  /** Whether there is more to come. */
  readonly open: boolean;
  take(events: readonly SeenEvent[]): void;
  restart(): void;
  unfollowed(status: number, code: string, message: string): void;
}

/** Who is told of what concerns all runs. */
export interface Watcher {
  connection?(): void;
  news?(news: readonly News[]): void;
  /** Changes may have been missed. */
  refetch?(): void;
}

/** This tab's side of the hub: what it shows, and what it hears. */
export class Tab {
  readonly #link: Link;
  readonly #runs = new Map<string, FollowedRun>();
  readonly #watchers = new Set<Watcher>();
  #connection: Connection = "connecting";
  #saying = false;

  constructor(
    openLink: (receive: Post) => Link,
    private readonly visible: () => boolean,
    private readonly who: () => string = () => "somebody",
  ) {
    this.#link = openLink((messages) => {
      for (const message of messages) this.#hear(message);
    });
    this.say();
  }

  connection(): Connection {
    return this.#connection;
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Takes the events of a run from now on; gives what ends that. */
  follow(run: FollowedRun): () => void {
    this.#runs.set(run.runId, run);
    this.say();
    return () => {
      if (this.#runs.get(run.runId) !== run) return;
      this.#runs.delete(run.runId);
      this.say();
    };
  }

  /** Tells the hub soon how this tab is now; also a sign of life. */
  say(): void {
    if (this.#saying) return;
    this.#saying = true;
    queueMicrotask(() => {
      this.#saying = false;
      this.#link.send(this.#state());
    });
  }

  /** The tab closes. */
  leave(): void {
    this.#link.send({ type: "bye" });
  }

  #state(): FromTab {
    const open = [...this.#runs.values()].filter((run) => run.open);
    return {
      type: "tab",
      visible: this.visible(),
      who: this.who(),
      follows: Object.fromEntries(open.map(({ runId, lastSeq }) => [runId, lastSeq])),
    };
  }

  #hear(message: ToTab): void {
    switch (message.type) {
      case "hello":
        this.say();
        break;
      case "connection":
        this.#connected(message.connection);
        break;
      case "refetch":
        this.#tell((watcher) => watcher.refetch?.());
        break;
      case "news":
        this.#tell((watcher) => watcher.news?.(message.news));
        break;
      case "events":
        this.#runs.get(message.run_id)?.take(message.events.map(seen));
        break;
      case "restarted":
        this.#runs.get(message.run_id)?.restart();
        break;
      case "unfollowed":
        this.#runs.get(message.run_id)?.unfollowed(message.status, message.code, message.message);
    }
  }

  #connected(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#tell((watcher) => watcher.connection?.());
    // What was fetched before may lack what changed until now.
    if (connection === "live") this.#tell((watcher) => watcher.refetch?.());
  }

  #tell(how: (watcher: Watcher) => void): void {
    for (const watcher of [...this.#watchers]) how(watcher);
  }
}

const seen = ({ seq, type, text }: { seq: number; type: string; text: string }): SeenEvent => ({
  seq,
  type,
  data: JSON.parse(text),
});
