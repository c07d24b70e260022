import { createContext } from "react";

/** What nodes can ask of the graph that they stand in. */
export interface GraphActions {
  readonly select: (id: string) => void;
  readonly fold: (id: string) => void;
}

export const Actions = createContext<GraphActions>({ select: () => undefined, fold: () => undefined });
