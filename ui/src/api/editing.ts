import { queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import { deed } from "./deed";
import { scenarioKeys } from "./scenarios";

export type ScenarioText = Schema<"ScenarioTextBody">;
export type Syntax = ScenarioText["syntax"];
export type Checked = Schema<"ValidateResponse">;
export type Saved = Schema<"SavedScenario">;

/** The JSON Schema of documents. */
export const documentSchemaQuery = () =>
  queryOptions({
    queryKey: ["schemas", "scenario"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const schema: Record<string, unknown> = await answer(api.GET("/schemas/scenario.v1.schema.json", { signal }));
      return schema;
    },
  });

/** The text of a scenario: of a file as it is, else indented JSON. Never taken from what is old: an edit is based on it. */
export const scenarioTextQuery = (scenarioId: string) =>
  queryOptions({
    queryKey: [...scenarioKeys.one(scenarioId), "source"],
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) =>
      answer(api.GET("/api/scenarios/{scenario_id}/source", { params: { path: { scenario_id: scenarioId } }, signal })),
  });

/** What the checker says about a text. */
export const checkText = (source: string, syntax: Syntax, signal: AbortSignal): Promise<Checked> =>
  answer(api.POST("/api/scenarios/validate", { body: { source, syntax }, signal }));

export type Evaluation = Schema<"EvaluateRequest">;

/** An expression, or a value of the language, on data. */
export const evaluate = (asked: Evaluation, signal: AbortSignal) =>
  answer(api.POST("/api/expressions/evaluate", { body: asked, signal }));

/**
 * Save a text as the current revision; `base` is the revision that the change was made from, null for a new scenario.
 * The service reads the text, so that what is saved is what it checked.
 */
export const saveText = deed(
  "scenarios:write",
  (scenarioId: string, text: string, syntax: Syntax, base: string | null): Promise<Saved> =>
    answer(
      api.PUT("/api/scenarios/{scenario_id}", {
        params: {
          path: { scenario_id: scenarioId },
          header: base === null ? { "if-none-match": "*" } : { "if-match": `"${base}"` },
        },
        body: {},
        bodySerializer: () => text,
        headers: { "Content-Type": `application/${syntax}` },
      }),
    ),
);
