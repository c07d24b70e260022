import type { Schema } from "@/api/client";
import type { Connection } from "./types";

/**
 * What tabs and the hub say to each other. The hub owns the browser's one event stream: it lives in a SharedWorker, or in
 * the tab that leads where there is none.
 */

/** Stands in the names that tabs meet under, so that two versions of the UI do not mix: count it up with a change here. */
export const PROTOCOL = 2;

/**
 * All that the hub needs to know of a tab. It is said anew after every change, and every `PING` as a sign of life, so
 * that a hub that began later, or had given the tab up, needs nothing else.
 */
export interface TabState {
  readonly type: "tab";
  readonly visible: boolean;
  /** Who uses the tab: the subject of the session; empty while nobody is signed in. */
  readonly who: string;
  /** The runs that the tab shows, each with the number of the last event that it has. */
  readonly follows: Readonly<Record<string, number>>;
}

export type FromTab = TabState | { readonly type: "bye" };

/** An event of a run; `text` is its JSON as it came. */
export interface SentEvent {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** A run that changed, or was removed. */
export type News = Schema<"RunStatusEvent"> | Schema<"RunDeletedEvent">;

export type ToTab =
  /** The hub is new: say who you are. */
  | { readonly type: "hello" }
  | { readonly type: "connection"; readonly connection: Connection }
  /** Changes may have been missed: lists have to be fetched again. */
  | { readonly type: "refetch" }
  | { readonly type: "news"; readonly news: News[] }
  /** The next events of a run that the tab follows, in order. */
  | { readonly type: "events"; readonly run_id: string; readonly events: SentEvent[] }
  /** All events of the run come again, from the first one. */
  | { readonly type: "restarted"; readonly run_id: string }
  /** Nothing more comes of the run, and why. */
  | {
      readonly type: "unfollowed";
      readonly run_id: string;
      readonly status: number;
      readonly code: string;
      readonly message: string;
    };

/** The hub sends what there is to say in one message. */
export type Post = (messages: readonly ToTab[]) => void;

/** How a tab reaches the hub. */
export interface Link {
  send(message: FromTab): void;
}

/** Milliseconds between two signs of life. A tab that nobody sees may only be woken once a minute. */
export const PING = 15_000;

/** Milliseconds of silence after which a tab counts as gone. */
export const SILENCE = 180_000;
