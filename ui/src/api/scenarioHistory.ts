import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import { deed } from "./deed";
import { type ScenarioDocument, scenarioKeys } from "./scenarios";

export type RevisionSummary = Schema<"RevisionSummary">;

const PAGE = 50;

/** What was saved of a scenario, newest first, page after page. */
export const revisionsQuery = (scenarioId: string) =>
  infiniteQueryOptions({
    queryKey: [...scenarioKeys.one(scenarioId), "revisions"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/scenarios/{scenario_id}/revisions", {
          params: { path: { scenario_id: scenarioId }, query: { limit: PAGE, before: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : (page.at(-1)?.number ?? undefined)),
  });

/** The document of one revision, which never changes. */
export const revisionQuery = (scenarioId: string, number: number) =>
  queryOptions({
    queryKey: [...scenarioKeys.one(scenarioId), "revision", number],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }): Promise<ScenarioDocument> =>
      answer(
        api.GET("/api/scenarios/{scenario_id}/revisions/{number}", {
          params: { path: { scenario_id: scenarioId, number } },
          signal,
        }),
      ),
  });

/** Saves a document in place of the revision that the reader sees; somebody else's is not overwritten. */
export const saveInPlaceOf = deed(
  "scenarios:write",
  (scenarioId: string, revision: string, document: ScenarioDocument) =>
    answer(
      api.PUT("/api/scenarios/{scenario_id}", {
        params: { path: { scenario_id: scenarioId }, header: { "if-match": `"${revision}"` } },
        body: document,
      }),
    ),
);
