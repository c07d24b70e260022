import { type FromTab, type Link, type Post, PROTOCOL, type ToTab } from "./protocol";

const NAME = `callsheet-live-${PROTOCOL}`;

interface Upward {
  readonly from: string;
  readonly message: FromTab;
}

/** `to` is null for all tabs. */
interface Downward {
  readonly to: string | null;
  readonly messages: readonly ToTab[];
}

/** To the hub in the tab that leads, for browsers without SharedWorker. Any tab may come to lead, also this one. */
export function channelLink(receive: Post): Link {
  const id = Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }: MessageEvent<Upward | Downward>) => {
    if ("to" in data && (data.to === id || data.to === null)) receive(data.messages);
  };
  // Granted when no other tab leads, and held until this one is gone.
  void navigator.locks.request(NAME, lead);
  return { send: (message) => channel.postMessage({ from: id, message } satisfies Upward) };
}

/** Runs the hub for all tabs, for as long as this one lives. */
async function lead(): Promise<never> {
  const [{ Hub }, { browser }] = await Promise.all([import("./hub"), import("./surroundings")]);
  const hub = new Hub(browser);
  // Another object than that of the tab: so the tab that leads is reached like all others.
  const channel = new BroadcastChannel(NAME);
  const say = (to: string | null, messages: readonly ToTab[]) =>
    channel.postMessage({ to, messages } satisfies Downward);
  const tabs = new Map<string, (message: FromTab) => void>();
  channel.onmessage = ({ data }: MessageEvent<Upward | Downward>) => {
    if (!("from" in data)) return;
    const receive = tabs.get(data.from) ?? hub.connect((messages) => say(data.from, messages));
    if (data.message.type === "bye") tabs.delete(data.from);
    else tabs.set(data.from, receive);
    receive(data.message);
  };
  addEventListener("online", () => hub.online());
  say(null, [{ type: "hello" }]);
  return new Promise(() => undefined);
}
