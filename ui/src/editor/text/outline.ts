/**
 * What stands where in the text of a document: read with tolerance, for a text in the middle of a change is broken most of
 * the time. Whether the text is right is said by the service; this only finds places.
 */

export type Token = string | number;
export type Path = readonly Token[];
export type Syntax = "json" | "yaml";

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** How a scalar is written; `missing` stands for a value that is not there yet. */
export type Style = "plain" | "single" | "double" | "block" | "missing";

export interface ScalarNode extends Stretch {
  readonly kind: "scalar";
  readonly style: Style;
  readonly value: string | number | boolean | null;
}

/** A key and its value; `colon` is false for a key that is being typed. */
export interface Property {
  readonly key: string;
  readonly name: Stretch;
  readonly quoted: boolean;
  readonly colon: boolean;
  readonly node: OutlineNode;
}

export interface ObjectNode extends Stretch {
  readonly kind: "object";
  readonly flow: boolean;
  readonly properties: readonly Property[];
}

/** An entry of a list; `dash` is false for a line of a YAML list that has no dash yet. */
export interface Item {
  readonly dash: boolean;
  readonly node: OutlineNode;
}

export interface ArrayNode extends Stretch {
  readonly kind: "array";
  readonly flow: boolean;
  readonly items: readonly Item[];
}

export type OutlineNode = ScalarNode | ObjectNode | ArrayNode;

export const missing = (at: number): ScalarNode => ({
  kind: "scalar",
  style: "missing",
  value: null,
  from: at,
  to: at,
});

/** The node at a path, or null. The last of equal keys counts, as it does in JSON. */
export function nodeAt(root: OutlineNode, path: Path): OutlineNode | null {
  let node: OutlineNode | undefined = root;
  for (const token of path) {
    if (node?.kind === "object") node = propertyOf(node, String(token))?.node;
    else if (node?.kind === "array") node = node.items[Number(token)]?.node;
    else return null;
  }
  return node ?? null;
}

export function propertyOf(node: ObjectNode, key: string): Property | undefined {
  return node.properties.findLast((property) => property.key === key);
}

/** The JSON value that a node stands for. */
export function jsonOf(node: OutlineNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "array") return node.items.map((item) => jsonOf(item.node));
  return Object.fromEntries(node.properties.map(({ key, node: value }) => [key, jsonOf(value)]));
}

/** The path of the innermost node whose text, or whose key, holds a position. */
export function pathAt(root: OutlineNode, position: number): Path {
  const path: Token[] = [];
  let node: OutlineNode | undefined = root;
  while (node) {
    const found = childAt(node, position);
    if (!found) break;
    path.push(found.token);
    node = found.node;
  }
  return path;
}

/** Children stand in order, so the last one that begins before the position is the one; white space after it is its own. */
function childAt(node: OutlineNode, position: number): { token: Token; node: OutlineNode } | null {
  if (node.kind === "array") {
    const index = node.items.findLastIndex((item) => item.node.from <= position);
    const item = node.items[index];
    return item && position <= item.node.to ? { token: index, node: item.node } : null;
  }
  if (node.kind === "scalar") return null;
  const property = node.properties.findLast((each) => each.name.from <= position);
  if (!property || position > Math.max(property.node.to, property.name.to)) return null;
  return { token: property.key, node: property.node };
}

/** The tokens of an RFC 6901 pointer, as the service writes it. Digits may be a key or an index; the node decides. */
export function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}
