import { useEffect, useRef, useSyncExternalStore } from "react";

import { chord, match } from "./keystrokes";

/** Something that can be done by keys, or from the palette, now. */
export interface Shortcut {
  /** Such as `g r`, `?`, `mod+k`; empty for what only the palette offers. */
  readonly keys: string;
  readonly description: string;
  /** `page`: as long as this page is shown. */
  readonly where: "page" | "everywhere";
  /** Whether the palette offers it; what means nothing without the keys in the hand, such as `next`, is not. */
  readonly offered: boolean;
  readonly run: () => void;
}

interface Options {
  where?: Shortcut["where"];
  offered?: boolean;
  /** False takes it away for now. */
  enabled?: boolean;
}

/** Between two keys of a sequence. */
const PATIENCE = 1200;
const KEPT = "callsheet-single-keys";

let active: readonly Shortcut[] = [];
let pressed: string[] = [];
let pressedAt = 0;
const listeners = new Set<() => void>();

/**
 * Offer an action while the component is mounted. Keys do nothing while somebody types or a dialog is open; those with
 * `mod` work while typing, too. Of equal keys the latest counts, so a page goes before what is there everywhere.
 */
export function useShortcut(keys: string, description: string, action: () => void, options: Options = {}): void {
  const { where = "page", offered = true, enabled = true } = options;
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    if (!enabled) return;
    const shortcut: Shortcut = { keys, description, where, offered, run: () => latest.current() };
    change([...active, shortcut]);
    return () => change(active.filter((other) => other !== shortcut));
  }, [keys, description, where, offered, enabled]);
}

/** All that can be done now, in the order in which it was offered. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => active);
}

/** Whether keys without a modifier count; who speaks to the computer, or hits keys by accident, switches them off. */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  return [useSyncExternalStore(subscribe, singleKeys), setSingleKeys];
}

function singleKeys(): boolean {
  return localStorage.getItem(KEPT) !== "off";
}

function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "off");
  change(active);
}

function change(next: readonly Shortcut[]): void {
  if (active.length === 0 && next.length > 0) window.addEventListener("keydown", onKeyDown);
  if (next.length === 0) window.removeEventListener("keydown", onKeyDown);
  active = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function onKeyDown(event: KeyboardEvent): void {
  const press = event.defaultPrevented || event.isComposing ? null : chord(event);
  if (press === null || !heard(press, event.target)) return;
  if (event.timeStamp - pressedAt > PATIENCE) pressed = [];
  pressedAt = event.timeStamp;
  const shortcut = next(press);
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run();
}

/** The shortcut that this press completes. A press that goes on with no sequence may begin another. */
function next(press: string): Shortcut | undefined {
  const all = active.map((shortcut) => shortcut.keys);
  pressed = match([...pressed, press], all) === "none" ? [press] : [...pressed, press];
  const found = match(pressed, all);
  if (found === "part") return undefined;
  const keys = pressed.join(" ");
  pressed = [];
  return found === "whole" ? active.findLast((shortcut) => shortcut.keys === keys) : undefined;
}

const TYPING =
  "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable], [role=textbox]";
const OWN_KEYS = "[role=dialog], [role=menu], [role=listbox]";

function heard(press: string, target: EventTarget | null): boolean {
  if (document.querySelector("[aria-modal=true]")) return false;
  if (press.startsWith("mod+")) return true;
  return singleKeys() && !(target instanceof Element && target.closest(`${TYPING}, ${OWN_KEYS}`));
}
