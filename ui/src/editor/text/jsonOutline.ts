import { FlowReader } from "@/editor/completing/flow";
import { missing, type OutlineNode, type Syntax } from "./outline";
import { yamlOutline } from "./yamlOutline";

/** The outline of a JSON document. */
export function jsonOutline(text: string): OutlineNode {
  const reader = new FlowReader(text, false);
  reader.position = text.search(/[^\s\ufeff]/);
  return reader.position < 0 ? missing(text.length) : reader.value(-1);
}

/** The outline of a document. */
export function outlineOf(text: string, syntax: Syntax): OutlineNode {
  return syntax === "json" ? jsonOutline(text) : yamlOutline(text);
}
