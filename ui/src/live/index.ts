export { ConnectionNotice } from "./ConnectionNotice";
export { FoldedStore, foldedStore } from "./folded";
export type * from "./types";
export { useConnection } from "./useConnection";
export { useLiveLists } from "./useLiveLists";
export { useEvents, useNode, usePhase, useRunStore, useRunView, useStep, useSteps } from "./useRun";
