import type { Schema } from "@/api/client";
import { Backoff } from "./backoff";
import { HubTab } from "./hubTab";
import { HubTabs } from "./hubTabs";
import { type FromTab, type Post, SILENCE, type TabState, type ToTab } from "./protocol";
import { Stream, type StreamReader } from "./stream";
import type { Surroundings } from "./surroundings";
import type { Connection } from "./types";

/** Runs that one stream of the service can follow. */
export const MAX_FOLLOWS = 100;

/** Milliseconds that the hub waits for more wishes before it opens the stream anew. */
const COALESCE = 20;

/** Milliseconds after which the stream is closed when nobody sees a tab. */
export const PAUSE = 30_000;

/** Milliseconds between two looks for tabs that are gone. */
const SWEEP = 60_000;

const TOO_MANY = `This browser shows more than ${MAX_FOLLOWS} runs at once. Close some tabs and load this page again.`;

/**
 * Owns the one event stream of a browser, and gives each tab the news of all runs and the events of those it follows.
 *
 * It keeps no events. For each tab and run it holds the number of the last event that was passed on; the stream is opened
 * after the lowest of them, and a tab gets from it what is next for it. So a tab that comes later, a stream that broke and
 * a hub that began again are the same case.
 */
export class Hub {
  readonly #tabs = new HubTabs();
  readonly #backoff: Backoff;
  readonly #gaps = new Set<string>();
  #connection: Connection = "connecting";
  #stream: Stream | null = null;
  #considering = false;
  #checking = false;
  #follows = 0;
  /** For whom the stream is; empty while nobody is signed in, null before a tab has said so. */
  #who: string | null = null;
  #pause: (() => void) | null = null;
  #sweep: (() => void) | null = null;

  constructor(private readonly around: Surroundings) {
    this.#backoff = new Backoff(around, () => this.#consider());
  }

  /** A tab that is reached by `post`; gives what takes in its words. */
  connect(post: Post): (message: FromTab) => void {
    const tab = new HubTab(post, this.around.after);
    return (message) => (message.type === "bye" ? this.#leave(tab) : this.#hear(tab, message));
  }

  /** The browser has another connection: a stream on the old one may be dead without anybody having said so. */
  online(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#hurry();
  }

  #hear(tab: HubTab, state: TabState): void {
    const appears = state.visible && !tab.visible;
    const told = state.who !== tab.who;
    tab.update(state, () => this.#follows++);
    tab.heard = this.around.now();
    if (!this.#tabs.has(tab)) {
      this.#tabs.add(tab);
      tab.say({ type: "connection", connection: this.#connection });
    }
    this.#sweep ??= this.around.after(SWEEP, () => this.#sweepSilent());
    // Only what is new: another tab may not know yet who signed in, or that somebody left.
    if (told) this.#isFor(state.who);
    if (appears) this.#hurry();
    this.#considerSoon();
  }

  /** A stream is of the one who opened it: nobody else gets to see what comes on it. */
  #isFor(who: string): void {
    if (who === this.#who) return;
    this.#who = who;
    this.#stream?.close();
    this.#stream = null;
    this.#become(who === "" ? "signed-out" : "connecting");
    if (who !== "") this.#hurry();
  }

  /** No reason to wait any longer. */
  #hurry(): void {
    this.#backoff.end();
    this.#considerSoon();
  }

  #leave(tab: HubTab): void {
    tab.visible = false;
    tab.forget();
    this.#tabs.delete(tab);
    this.#considerSoon();
  }

  #sweepSilent(): void {
    this.#sweep = null;
    for (const tab of this.#tabs.silentSince(this.around.now() - SILENCE)) this.#leave(tab);
    if (this.#tabs.size > 0) this.#sweep = this.around.after(SWEEP, () => this.#sweepSilent());
  }

  #considerSoon(): void {
    if (this.#considering) return;
    this.#considering = true;
    this.around.after(COALESCE, () => {
      this.#considering = false;
      this.#consider();
    });
  }

  /** Opens, opens anew, keeps or closes the stream: what the tabs need now. */
  #consider(): void {
    this.#watchVisibility();
    if (this.#tabs.size === 0) this.#become("paused");
    if (!this.#who || this.#connection === "paused" || this.#checking || this.#backoff.waits) return;
    for (const runId of this.#tabs.beyond(MAX_FOLLOWS)) this.#unfollow(runId, 422, "live.too_many_runs", TOO_MANY);
    const cursors = this.#tabs.cursors();
    if (this.#stream?.serves(cursors)) return;
    this.#stream?.close();
    this.#stream = new Stream(this.around.open, cursors, this.#reader());
  }

  #watchVisibility(): void {
    if (this.#tabs.anyVisible) {
      this.#pause?.();
      this.#pause = null;
      if (this.#connection === "paused") this.#become(this.#who === "" ? "signed-out" : "connecting");
    } else if (this.#tabs.size > 0) {
      this.#pause ??= this.around.after(PAUSE, () => this.#become("paused"));
    }
  }

  #become(connection: Connection): void {
    if (connection === "paused") {
      this.#stream?.close();
      this.#stream = null;
      this.#backoff.end();
    }
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#sayAll({ type: "connection", connection });
  }

  #unfollow(runId: string, status: number, code: string, message: string): void {
    for (const tab of this.#tabs) tab.unfollow(runId, status, code, message);
  }

  #reader(): StreamReader {
    return {
      ready: () => this.#ready(),
      refetch: () => this.#sayAll({ type: "refetch" }),
      news: (item) => {
        for (const tab of this.#tabs) tab.news(item);
      },
      event: (event) => {
        for (const tab of this.#tabs) tab.event(event);
      },
      rewound: (runId) => this.#restart(runId),
      goesOnAfterGap: (runId) => this.#goesOnAfterGap(runId),
      unfollowed: (event) => this.#unfollowed(event),
      ended: (refused) => this.#ended(refused),
    };
  }

  #ready(): void {
    this.#backoff.succeeded();
    if (this.#connection === "live") this.#sayAll({ type: "refetch" });
    else this.#become("live");
  }

  #restart(runId: string): void {
    for (const tab of this.#tabs) tab.restart(runId);
  }

  /** Once, all events of the run are asked for again. When some are missing again, they are of a kind not known here. */
  #goesOnAfterGap(runId: string): boolean {
    if (this.#gaps.has(runId)) return true;
    this.#gaps.add(runId);
    this.#restart(runId);
    this.#considerSoon();
    return false;
  }

  #sayAll(message: ToTab): void {
    for (const tab of this.#tabs) tab.say(message);
  }

  #unfollowed({ run_id, code, message }: Schema<"UnfollowedEvent">): void {
    this.#unfollow(run_id, code === "run.not_found" ? 404 : 500, code, message);
  }

  #ended(refused: boolean): void {
    const asked = this.#stream?.runIds ?? [];
    this.#stream = null;
    this.#become("connecting");
    if (refused) void this.#check(asked);
    else this.#backoff.wait();
  }

  /** The stream was refused, as the session ended or one of the runs is not there: a browser does not say why. */
  async #check(runIds: readonly string[]): Promise<void> {
    this.#checking = true;
    const who = this.#who;
    const signedIn = await this.around.signedIn();
    if (signedIn === false && who === this.#who) this.#isFor("");
    this.#checking = false;
    if (who !== this.#who) this.#consider();
    else if (signedIn === null) this.#backoff.wait();
    else await this.#checkRuns(runIds);
  }

  async #checkRuns(runIds: readonly string[]): Promise<void> {
    this.#checking = true;
    let found = false;
    for (const runId of runIds) {
      const status = await this.around.status(runId);
      if (status === null || status === 503) break;
      if (status !== 404) continue;
      found = true;
      this.#unfollow(runId, 404, "run.not_found", `Unknown run_id: ${runId}`);
    }
    this.#checking = false;
    if (found) this.#consider();
    else this.#backoff.wait();
  }
}
