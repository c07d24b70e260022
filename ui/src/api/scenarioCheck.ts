import { queryOptions } from "@tanstack/react-query";

import { checkText, type ScenarioText } from "./editing";
import { scenarioKeys } from "./scenarios";

/** What the checker says about the text of a scenario, and which step names which. */
export const scenarioCheckQuery = ({ scenario_id, source, syntax }: ScenarioText) =>
  queryOptions({
    queryKey: [...scenarioKeys.one(scenario_id), "check", syntax, source],
    queryFn: ({ signal }) => checkText(source, syntax, signal),
  });
