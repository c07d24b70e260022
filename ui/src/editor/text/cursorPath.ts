import { outlineOf } from "./jsonOutline";
import { isRecord } from "./jsonValues";
import { jsonOf, type OutlineNode, type Path, type Style, type Syntax, type Token } from "./outline";

/** Where in a document a position of its text is, and what is being typed there. */
export interface Cursor {
  readonly syntax: Syntax;
  /** Of the value that is typed; for a key, of the object that it will be in. */
  readonly path: Path;
  readonly place: "key" | "value";
  /** What stands between the beginning of the word or text, after its quote, and the position. */
  readonly typed: string;
  /** All that stands there, with quotes. */
  readonly from: number;
  readonly to: number;
  readonly style: Style;
  /** Inside of `{…}` or `[…]`. */
  readonly flow: boolean;
  /** Of a key: whether its colon is there already. */
  readonly colon: boolean;
  /** Of a value: whether it stands where keys of a YAML block could begin. */
  readonly opens: boolean;
  /** Of an entry of a YAML list: whether its dash is there already. */
  readonly dash: boolean;
  /** The document without what is being typed. */
  readonly document: unknown;
}

/** Of the private use area: no document has it, and both syntaxes take it for a letter. */
const MARK = "\ue000";

/** Puts a letter where the position is, and looks where it ends up. */
export function cursorAt(text: string, syntax: Syntax, position: number): Cursor | null {
  const root = outlineOf(text.slice(0, position) + MARK + text.slice(position), syntax);
  const found = find(root, position, [], { flow: syntax === "json", dash: true });
  if (!found) return null;
  const { from, to } = found.stretch;
  const quote = found.style === "single" || found.style === "double" ? 1 : 0;
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  return {
    syntax,
    path: found.path,
    place: found.place,
    typed: text.slice(Math.min(from + quote, position), position),
    from,
    to: to - MARK.length,
    style: found.style,
    flow: found.flow,
    colon: found.colon,
    opens: syntax === "yaml" && !found.flow && /^\s*(?:- +)*$/.test(text.slice(lineStart, from)),
    dash: found.dash,
    document: without(jsonOf(root), found),
  };
}

interface Around {
  flow: boolean;
  dash: boolean;
}

interface Found extends Around {
  path: Path;
  place: "key" | "value";
  stretch: { from: number; to: number };
  style: Style;
  colon: boolean;
}

const holds = ({ from, to }: { from: number; to: number }, position: number): boolean =>
  from <= position && position < to;

function find(node: OutlineNode, position: number, path: Token[], around: Around): Found | null {
  if (!holds(node, position)) return null;
  if (node.kind === "scalar") {
    return { path, place: "value", stretch: node, style: node.style, colon: false, ...around };
  }
  if (node.kind === "array") {
    const index = node.items.findIndex((item) => holds(item.node, position));
    const item = node.items[index];
    const inside = { flow: around.flow || node.flow, dash: item?.dash ?? true };
    return item ? find(item.node, position, [...path, index], inside) : null;
  }
  const inside = { flow: around.flow || node.flow, dash: true };
  for (const property of node.properties) {
    if (holds(property.name, position)) {
      const style = property.quoted ? "double" : "plain";
      return { path, place: "key", stretch: property.name, style, colon: property.colon, ...inside };
    }
    if (holds(property.node, position)) return find(property.node, position, [...path, property.key], inside);
  }
  return null;
}

/** Takes the letter out again, and the key that is being typed. */
function without(document: unknown, found: Found): unknown {
  if (found.path.length === 0 && found.place === "value") return null;
  const parents = found.place === "key" ? found.path : found.path.slice(0, -1);
  const last = found.path.at(-1);
  const holder = parents.reduce<unknown>(child, document);
  if (found.place === "key" && isRecord(holder)) {
    for (const key of Object.keys(holder)) if (key.includes(MARK)) Reflect.deleteProperty(holder, key);
  } else if (typeof holder === "object" && holder !== null && last !== undefined) {
    const value: unknown = Reflect.get(holder, last);
    const text = typeof value === "string" ? value.replace(MARK, "") : null;
    Reflect.set(holder, last, text === "" ? null : text);
  }
  return document;
}

const child = (value: unknown, token: Token): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, token) : undefined;
