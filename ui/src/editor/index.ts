export { SourceView } from "./SourceView";
