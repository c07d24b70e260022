import { lazy } from "react";

/** The graph with its layout and React Flow, loaded when a graph is shown; put it into a `Suspense`. */
export const ScenarioGraph = lazy(async () => ({ default: (await import("./ScenarioGraph")).ScenarioGraph }));

export type { DataEdge } from "./dataLines";
export { type ListOutline, type Outline, outlineOf, type StepKind, type StepOutline } from "./outline";
export type { ScenarioGraphProps } from "./ScenarioGraph";
export { StepIcon } from "./StepIcon";
export type { NodeState, NodeStates } from "./states";
