import { type Link, type Post, PROTOCOL } from "./protocol";

/**
 * To the hub in the SharedWorker of this browser. A new version of the UI has another worker: its address has a hash.
 *
 * `failed` is called when the worker cannot be loaded, as in browsers whose workers know no modules.
 */
export function workerLink(receive: Post, failed: () => void): Link {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    name: `callsheet-live-${PROTOCOL}`,
  });
  worker.onerror = failed;
  worker.port.onmessage = ({ data }) => receive(data);
  return { send: (message) => worker.port.postMessage(message) };
}
