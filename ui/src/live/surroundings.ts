import type { Schema } from "@/api/client";

/** What the hub needs of the browser, so that it can be tested without one. */
export interface Surroundings {
  /** Opens an event stream. */
  open(url: string): Source;
  /** The HTTP status of the run's events; null when nobody answered. */
  status(runId: string): Promise<number | null>;
  /** Whether somebody is signed in; null when nobody answered. */
  signedIn(): Promise<boolean | null>;
  /** Calls once after so many milliseconds; gives what calls it off. */
  after(milliseconds: number, work: () => void): () => void;
  /** Milliseconds, on a clock that does not go back. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
}

/** What is used of an `EventSource`. */
export interface Source {
  readonly readyState: number;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

/** `EventSource.CLOSED`: the answer was no stream, and the browser does not try again. */
export const CLOSED = 2;

export const browser: Surroundings = {
  open: (url) => new EventSource(url),
  status: async (runId) => {
    try {
      const response = await fetch(`/api/runs/${encodeURIComponent(runId)}/events`);
      // The status is all that counts; the events come on the one stream.
      await response.body?.cancel();
      return response.status;
    } catch {
      return null;
    }
  },
  signedIn: async () => {
    try {
      const response = await fetch("/api/session");
      if (!response.ok) return null;
      const session: Schema<"SessionResponse"> = await response.json();
      return session.auth === "off" || session.signed_in;
    } catch {
      return null;
    }
  },
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
  random: () => Math.random(),
};
