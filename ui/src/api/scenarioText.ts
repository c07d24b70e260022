import { queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import { scenarioKeys } from "./scenarios";

export type ScenarioText = Schema<"ScenarioTextBody">;
export type Checked = Schema<"ValidateResponse">;

/** The text of a scenario as it is kept, also of one that cannot be read as a scenario. */
export const scenarioSourceQuery = (scenarioId: string) =>
  queryOptions({
    queryKey: [...scenarioKeys.one(scenarioId), "text"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/scenarios/{scenario_id}/source", { params: { path: { scenario_id: scenarioId } }, signal })),
  });

/** What the checker says about that text, and which step names which. */
export const scenarioCheckQuery = ({ scenario_id, source, syntax }: ScenarioText) =>
  queryOptions({
    queryKey: [...scenarioKeys.one(scenario_id), "check", syntax, source],
    queryFn: ({ signal }) => answer(api.POST("/api/scenarios/validate", { body: { source, syntax }, signal })),
  });
