/// <reference lib="webworker" />
import { Hub } from "./hub";
import type { FromTab } from "./protocol";
import { browser } from "./surroundings";

declare const self: SharedWorkerGlobalScope;

const hub = new Hub(browser);

self.addEventListener("connect", ({ ports: [port] }) => {
  if (port === undefined) return;
  const receive = hub.connect((messages) => port.postMessage(messages));
  port.onmessage = ({ data }: MessageEvent<FromTab>) => receive(data);
});
self.addEventListener("online", () => hub.online());
