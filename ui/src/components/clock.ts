import { useSyncExternalStore } from "react";

/** One timer for all that shows time; it stands still while nobody looks. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  if (document.visibilityState !== "visible") return;
  now = Date.now();
  for (const listener of listeners) listener();
}

const still = (): (() => void) => () => undefined;

/** The present in milliseconds, a second old at most; `ticking` false holds it still. */
export function useNow(ticking = true): number {
  return useSyncExternalStore(ticking ? subscribe : still, () => now);
}

/** What `read` makes of the present. Whoever shows it renders again only when that changes, not every second. */
export function useReading<Value extends string | number>(read: (now: number) => Value, ticking = true): Value {
  return useSyncExternalStore(ticking ? subscribe : still, () => read(now));
}
