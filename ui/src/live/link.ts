import { channelLink } from "./channelLink";
import type { Link, Post } from "./protocol";
import { tabLink } from "./tabLink";
import { workerLink } from "./workerLink";

/** The best way to a hub that this browser knows. */
export function openLink(receive: Post): Link {
  // Not a browser, but a test: pages show what they fetch.
  if (!("EventSource" in globalThis)) return { send: () => undefined };
  if (!("SharedWorker" in globalThis)) return linkWithoutWorker(receive);
  let link = workerLink(receive, () => {
    link = linkWithoutWorker(receive);
    receive([{ type: "hello" }]);
  });
  return { send: (message) => link.send(message) };
}

function linkWithoutWorker(receive: Post): Link {
  if ("BroadcastChannel" in globalThis && "locks" in navigator) return channelLink(receive);
  return tabLink(receive);
}
