import type { FromTab, Link, Post } from "./protocol";

/** To a hub of this tab's own, where tabs cannot find each other: without SharedWorker and off a secure address. */
export function tabLink(receive: Post): Link {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => receive(data);
  void serve(port2);
  return { send: (message) => port1.postMessage(message) };
}

/** What was sent before the hub is loaded waits in the port. */
async function serve(port: MessagePort): Promise<void> {
  const [{ Hub }, { browser }] = await Promise.all([import("./hub"), import("./surroundings")]);
  const hub = new Hub(browser);
  const receive = hub.connect((messages) => port.postMessage(messages));
  addEventListener("online", () => hub.online());
  port.onmessage = ({ data }: MessageEvent<FromTab>) => receive(data);
}
