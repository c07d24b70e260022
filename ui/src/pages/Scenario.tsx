import { ScenarioPage } from "@/scenario/ScenarioPage";

/** One scenario: what it does, what it takes, what became of it. */
export const Scenario = ScenarioPage;
