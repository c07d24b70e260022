import { keeper } from "@/session/keeper";
import { isSignedIn } from "@/session/standing";
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

/** Who uses this tab, for the hub; empty while nobody is signed in. */
function who(): string {
  const { session, ended } = keeper.standing();
  if (session === null || ended || !isSignedIn(session)) return "";
  return session.subject ?? "local";
}

function open(): Tab {
  const tab = new Tab(openLink, isVisible, who);
  keeper.subscribe(() => tab.say());
  tab.watch({
    connection: () => {
      if (tab.connection() === "signed-out") void keeper.check();
    },
  });
  setInterval(() => tab.say(), PING);
  document.addEventListener("visibilitychange", () => tab.say());
  addEventListener("pagehide", () => tab.leave());
  // A page that comes back as it was left has said goodbye.
  addEventListener("pageshow", () => tab.say());
  return tab;
}
