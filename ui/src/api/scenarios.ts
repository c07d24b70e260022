import { queryOptions } from "@tanstack/react-query";

import { answer, answered, api, type Schema } from "./client";

export type ScenarioSummary = Schema<"ScenarioSummary">;
export type ScenarioDocument = Record<string, unknown>;
export type Diagnostic = Schema<"ValidateResponse">["diagnostics"][number];

export const scenarioKeys = {
  all: ["scenarios"] as const,
  one: (scenarioId: string) => ["scenarios", "one", scenarioId] as const,
};

/** Every scenario of the catalog, also broken ones, whose `problems` say why. */
export const scenariosQuery = () =>
  queryOptions({
    queryKey: [...scenarioKeys.all, "list"],
    queryFn: ({ signal }) => answer(api.GET("/api/scenarios", { signal })),
  });

/** One scenario's document and its revision. */
export const scenarioQuery = (scenarioId: string) =>
  queryOptions({
    queryKey: scenarioKeys.one(scenarioId),
    queryFn: async ({ signal }) => {
      const { data, response } = await answered(
        api.GET("/api/scenarios/{scenario_id}", { params: { path: { scenario_id: scenarioId } }, signal }),
      );
      return { document: data as ScenarioDocument, revision: (response.headers.get("etag") ?? "").replaceAll('"', "") };
    },
  });
