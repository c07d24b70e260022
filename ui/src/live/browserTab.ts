import { openLink } from "./link";
import { PING } from "./protocol";
import { Tab } from "./tab";

export const isVisible = (): boolean => document.visibilityState === "visible";

let opened: Tab | null = null;

/** This tab's `Tab`, from the first time that somebody asks for it. */
export function browserTab(): Tab {
  opened ??= open();
  return opened;
}

function open(): Tab {
  const tab = new Tab(openLink, isVisible);
  setInterval(() => tab.say(), PING);
  document.addEventListener("visibilitychange", () => tab.say());
  addEventListener("pagehide", () => tab.leave());
  // A page that comes back as it was left has said goodbye.
  addEventListener("pageshow", () => tab.say());
  return tab;
}
