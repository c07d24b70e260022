import { currentSession, signIn, signOut } from "@/api/session";
import { SessionKeeper, type Surroundings, type Word } from "./standing";

const CHANNEL = "callsheet-session";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
let leaves = false;

const browser: Surroundings = {
  current: currentSession,
  signIn,
  signOut,
  say: (word) => channel?.postMessage(word),
  leave: (to) => {
    leaves = true;
    if (to === "same-page") location.reload();
    else if (location.pathname !== "/sign-in") location.assign(signInAddress(here()));
  },
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  now: () => Date.now(),
};

/** Who uses this tab. */
export const keeper = new SessionKeeper(browser);

if (channel) channel.onmessage = ({ data }: MessageEvent<Word>) => keeper.heard(data);

// A page that "back" brings as it was left may be of somebody who is gone.
if ("window" in globalThis) {
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) leaves ? location.reload() : void keeper.check();
  });
}

/** Whether the page goes because the session did: nothing may hold it. */
export const isLeaving = (): boolean => leaves;

/** Where this tab is, as `next` of the sign-in has it. */
export const here = (): string => location.pathname + location.search + location.hash;

export const signInAddress = (next: string): string =>
  next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`;
