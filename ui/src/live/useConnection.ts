import { useSyncExternalStore } from "react";

import { browserTab } from "./browserTab";
import type { Connection } from "./types";

const subscribe = (listener: () => void): (() => void) => browserTab().watch({ connection: listener });

/** Whether what happens comes to this browser now. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => browserTab().connection());
}
