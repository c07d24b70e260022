import type { ToTab } from "./protocol";
import { CLOSED, type Source, type Surroundings } from "./surroundings";

/** A browser for tests of the hub: its clock is moved by hand, its event streams say what they are told to. */
export class TestBrowser implements Surroundings {
  readonly streams: TestStream[] = [];
  /** Runs that the service does not have. */
  readonly missing = new Set<string>();
  reachable = true;
  /** Whether a session counts. */
  session = true;
  #now = 0;
  #timers: { at: number; work: () => void }[] = [];

  /** The stream that was opened last. */
  get stream(): TestStream {
    const last = this.streams.at(-1);
    if (last === undefined) throw new Error("No stream was opened.");
    return last;
  }

  get openStreams(): number {
    return this.streams.filter((stream) => stream.readyState !== CLOSED).length;
  }

  open = (url: string): Source => {
    const stream = new TestStream(url);
    this.streams.push(stream);
    return stream;
  };

  status = async (runId: string): Promise<number | null> =>
    this.reachable ? (this.missing.has(runId) ? 404 : 200) : null;

  signedIn = async (): Promise<boolean | null> => (this.reachable ? this.session : null);

  after = (milliseconds: number, work: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  now = (): number => this.#now;

  random = (): number => 1;

  /** Moves the clock on, and does what is due meanwhile. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.work();
    }
    this.#now = end;
  }
}

/** One event stream, seen from the service. */
export class TestStream implements Source {
  readyState = 0;
  onerror: ((event: Event) => unknown) | null = null;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly url: string) {}

  /** The cursors that it was opened with. */
  get follows(): readonly string[] {
    return new URL(this.url, "http://localhost").searchParams.getAll("follow");
  }

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.readyState = CLOSED;
  }

  send(type: string, data: object = {}, lastEventId = ""): void {
    this.#listeners.get(type)?.(new MessageEvent(type, { data: JSON.stringify({ type, ...data }), lastEventId }));
  }

  /** Events of a run; the last of a list that ends with "end" is its `run_finished`. */
  events(runId: string, ...seqs: readonly (number | "end")[]): void {
    let last = 0;
    for (const seq of seqs) {
      last = seq === "end" ? last + 1 : seq;
      this.send(seq === "end" ? "run_finished" : "step_log", { run_id: runId }, `${runId}:${last}`);
    }
  }

  /** The connection breaks; the browser would try again. */
  break(): void {
    if (this.readyState !== CLOSED) this.readyState = 0;
    this.onerror?.(new Event("error"));
  }

  /** The service answers with an error. */
  refuse(): void {
    this.readyState = CLOSED;
    this.onerror?.(new Event("error"));
  }
}

/** What a tab was told, in short: `r:1,2` for events, else the type and what matters of it. */
export function inShort(message: ToTab): string {
  switch (message.type) {
    case "events":
      return `${message.run_id}:${message.events.map(({ seq }) => seq).join(",")}`;
    case "news":
      return `news ${message.news.map((item) => item.run_id).join(",")}`;
    case "connection":
      return message.connection;
    case "restarted":
      return `restarted ${message.run_id}`;
    case "unfollowed":
      return `unfollowed ${message.run_id} ${message.status}`;
    default:
      return message.type;
  }
}
