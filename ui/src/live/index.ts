export { FoldedStore, foldedStore } from "./folded";
export type * from "./types";
