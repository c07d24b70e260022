import { channelLink } from "./channelLink";
import type { Link, Post } from "./protocol";
import { tabLink } from "./tabLink";
import { workerLink } from "./workerLink";

/** The best way to a hub that this browser knows. */
export function openLink(receive: Post): Link {
  if ("SharedWorker" in globalThis) return workerLink(receive);
  if ("BroadcastChannel" in globalThis && "locks" in navigator) return channelLink(receive);
  return tabLink(receive);
}
