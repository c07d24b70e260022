import type { Schema } from "@/api/client";
import type { News } from "./protocol";
import { CLOSED, type Source } from "./surroundings";

/** Every type of event that a run has; a type that the API document gains is missed here by the compiler. */
const RUN_EVENTS: Readonly<Record<Schema<"RunEvent">["type"], true>> = {
  run_started: true,
  step_started: true,
  step_retrying: true,
  step_waiting: true,
  step_resumed: true,
  step_progress: true,
  step_log: true,
  step_finished: true,
  run_waiting: true,
  run_resumed: true,
  run_finished: true,
};

/** An event of a run; `before` is the number of the one that came before it. */
export interface RunEventSeen {
  readonly runId: string;
  readonly before: number;
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** Who is told what comes on a stream. */
export interface StreamReader {
  ready(): void;
  refetch(): void;
  news(item: News): void;
  event(event: RunEventSeen): void;
  /** The run's events are not those that were seen before; its first one comes next. */
  rewound(runId: string): void;
  /** Events are missing; whether to go on without them. */
  goesOnAfterGap(runId: string): boolean;
  unfollowed(event: Schema<"UnfollowedEvent">): void;
  /** Nothing more comes; `refused` when the answer was no stream at all. */
  ended(refused: boolean): void;
}

interface Followed {
  last: number;
  begun: boolean;
  over: boolean;
}

/** One connection to `GET /api/events`, and how far each run is in it. */
export class Stream {
  readonly #follows: ReadonlyMap<string, Followed>;
  readonly #source: Source;
  #open = true;
  #hasGap = false;

  /** `cursors` are the runs of which every event is to come, each with the number of the last one seen. */
  constructor(
    open: (url: string) => Source,
    cursors: ReadonlyMap<string, number>,
    private readonly reader: StreamReader,
  ) {
    this.#follows = new Map([...cursors].map(([runId, last]) => [runId, { last, begun: false, over: false }]));
    this.#source = open(address(cursors));
    this.#listen();
  }

  get runIds(): readonly string[] {
    return [...this.#follows.keys()];
  }

  close(): void {
    this.#open = false;
    this.#source.close();
  }

  /** Whether everything that is wanted, and little else, comes on this connection. */
  serves(cursors: ReadonlyMap<string, number>): boolean {
    if (this.#hasGap) return false;
    for (const [runId, cursor] of cursors) {
      const followed = this.#follows.get(runId);
      if (followed === undefined || cursor < followed.last) return false;
    }
    for (const [runId, { over }] of this.#follows) if (!over && !cursors.has(runId)) return false;
    return true;
  }

  #listen(): void {
    const source = this.#source;
    const { reader } = this;
    const on = (type: string, take: (text: string, id: string) => void) =>
      // What was on its way when the stream was closed is not wanted any more.
      source.addEventListener(type, ({ data, lastEventId }) => {
        if (this.#open) take(data, lastEventId);
      });
    source.onerror = () => {
      if (!this.#open) return;
      const refused = source.readyState === CLOSED;
      // The browser would reconnect with the address it began with: the hub does, with what it has seen since.
      this.close();
      reader.ended(refused);
    };
    on("ready", () => reader.ready());
    on("refetch", () => reader.refetch());
    on("run_status", (text) => reader.news(JSON.parse(text)));
    on("run_deleted", (text) => reader.news(JSON.parse(text)));
    on("unfollowed", (text) => this.#unfollowed(JSON.parse(text)));
    for (const type of Object.keys(RUN_EVENTS)) on(type, (text, id) => this.#event(type, text, id));
  }

  #unfollowed(event: Schema<"UnfollowedEvent">): void {
    const followed = this.#follows.get(event.run_id);
    if (followed) followed.over = true;
    this.reader.unfollowed(event);
  }

  #event(type: string, text: string, id: string): void {
    const colon = id.lastIndexOf(":");
    const runId = id.slice(0, colon);
    const seq = Number(id.slice(colon + 1));
    const followed = this.#follows.get(runId);
    if (followed === undefined || !this.#fits(runId, seq, followed)) return;
    const before = followed.last;
    followed.last = seq;
    followed.begun = true;
    followed.over = type === "run_finished";
    this.reader.event({ runId, before, seq, type, text });
  }

  /** Whether the event is the next one, or has to be taken for it. */
  #fits(runId: string, seq: number, followed: Followed): boolean {
    if (seq === followed.last + 1) return true;
    if (seq > followed.last) {
      const goesOn = this.reader.goesOnAfterGap(runId);
      this.#hasGap ||= !goesOn;
      return goesOn;
    }
    // Again, on one connection: seen already. As the first of it: the service never had the event that was asked after.
    if (followed.begun) return false;
    followed.last = 0;
    this.reader.rewound(runId);
    return true;
  }
}

function address(cursors: ReadonlyMap<string, number>): string {
  const follows = [...cursors].map(([runId, last]) => `follow=${encodeURIComponent(runId)}:${last}`);
  return follows.length === 0 ? "/api/events" : `/api/events?${follows.join("&")}`;
}
