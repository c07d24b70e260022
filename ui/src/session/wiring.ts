import { onlineManager, type QueryClient } from "@tanstack/react-query";

import { onRefusal } from "@/api/client";
import { keeper } from "./keeper";

/** Lets the end of a session be noticed with the first answer that tells of it; until somebody is back, nothing is asked. */
export function watchSession(cache: QueryClient): void {
  onRefusal(() => void keeper.check());
  let ended = false;
  keeper.subscribe(() => {
    if (keeper.standing().ended === ended) return;
    ended = !ended;
    onlineManager.setOnline(!ended);
    if (!ended) void cache.refetchQueries({ predicate: ({ state }) => state.status === "error" });
  });
}
