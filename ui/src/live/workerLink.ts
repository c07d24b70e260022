import { type Link, type Post, PROTOCOL } from "./protocol";

/** To the hub in the SharedWorker of this browser. A new version of the UI has another worker: its address has a hash. */
export function workerLink(receive: Post): Link {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: `callsheet-live-${PROTOCOL}`,
  });
  worker.port.onmessage = ({ data }) => receive(data);
  return { send: (message) => worker.port.postMessage(message) };
}
