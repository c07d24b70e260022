import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";

export type Stats = Schema<"StatsBody">;

/** How runs and tool calls went since a moment; looked at again every minute, and when somebody comes back to the page. */
export const statsQuery = (window: string, since: () => string, scenarioId: string | undefined) =>
  queryOptions({
    // Not the moment itself: it moves with the clock, and the question stays the same.
    queryKey: ["stats", window, scenarioId ?? null],
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answer(api.GET("/api/stats", { params: { query: { since: since(), scenario_id: scenarioId ?? null } }, signal })),
  });
