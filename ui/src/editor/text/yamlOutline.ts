import { FlowReader } from "@/editor/completing/flow";
import { type Item, missing, type ObjectNode, type OutlineNode, type Property, type ScalarNode } from "./outline";
import { bare, blockText, folded } from "./scalars";

/** The outline of a YAML document of JSON types: blocks, flow collections and scalars; no anchors, aliases and tags. */
export function yamlOutline(text: string): OutlineNode {
  return new YamlReader(text).document();
}

const NO_KEY = /^[{[|>&*!%@`#,\]}]/;

class YamlReader {
  private position = 0;
  private readonly flow: FlowReader;

  constructor(private readonly text: string) {
    this.flow = new FlowReader(text, true);
  }

  document(): OutlineNode {
    while (this.toContent() && /^(?:%.*|---)(?=\s|$)/.test(this.line()))
      this.position = this.line() === "---" ? this.position + 3 : this.lineEnd();
    return this.toContent() ? this.block(-1) : missing(this.text.length);
  }

  /** To the next character that is neither white space nor comment. */
  private toContent(): boolean {
    for (; this.position < this.text.length; this.position++) {
      const char = this.text[this.position] ?? "";
      if (char === "#" && /\s/.test(this.text[this.position - 1] ?? " ")) this.position = this.lineEnd() - 1;
      else if (!/[\s\ufeff]/.test(char)) return true;
    }
    return false;
  }

  private lineEnd(from = this.position): number {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  private lineStart(from = this.position): number {
    return this.text.lastIndexOf("\n", from - 1) + 1;
  }

  private column(): number {
    return this.position - this.lineStart();
  }

  /** From here to the line's end. */
  private line(): string {
    return this.text.slice(this.position, this.lineEnd());
  }

  private isDash(): boolean {
    return this.text[this.position] === "-" && /\s/.test(this.text[this.position + 1] ?? " ");
  }

  /** What stands here, in a block whose parent stands in column `parent`. */
  private block(parent: number): OutlineNode {
    const column = this.column();
    if (this.isDash()) return this.sequence(column, parent);
    if (this.keyEnd(this.position) !== null || this.isKeyInTheMaking(column)) return this.mapping(column);
    return this.scalar(parent);
  }

  /** A word alone on its line above keys of the same column: the first key, which has no colon yet. */
  private isKeyInTheMaking(column: number): boolean {
    const here = this.position;
    if (NO_KEY.test(this.line()) || /^["']/.test(this.line())) return false;
    this.position = this.lineEnd();
    const found = this.toContent() && this.column() === column && this.keyEnd(this.position) !== null;
    this.position = here;
    return found;
  }

  /** Where the key that begins at `from` ends, before its colon; null where no key is. */
  private keyEnd(from: number): number | null {
    const quote = this.text[from];
    if (quote === '"' || quote === "'") {
      this.flow.position = from;
      const end = this.flow.quoted(quote).to;
      const colon = /^[ \t]*:(?=\s|$)/.exec(this.text.slice(end, this.lineEnd(end)));
      return colon && end <= this.lineEnd(from) ? end : null;
    }
    const line = this.text.slice(from, this.lineEnd(from));
    if (NO_KEY.test(line)) return null;
    const colon = /:(?=\s|$)/.exec(line);
    const comment = /\s#/.exec(line);
    if (!colon || (comment && comment.index < colon.index)) return null;
    return from + line.slice(0, colon.index).trimEnd().length;
  }

  private sequence(column: number, parent: number): OutlineNode {
    const from = this.position;
    const items: Item[] = [];
    let to = from;
    while (this.toContent() && this.column() >= column) {
      const dash = this.isDash() && this.column() === column;
      if (!dash && (column <= parent || this.column() > column || this.keyEnd(this.position) !== null)) {
        if (this.column() === column) break;
        this.position = this.lineEnd();
        continue;
      }
      const node = dash ? this.entry(column) : this.scalar(column);
      items.push({ dash, node });
      to = Math.max(to, node.to);
    }
    return { kind: "array", flow: false, items, from, to };
  }

  private entry(column: number): OutlineNode {
    const after = ++this.position;
    const here = this.toContent() && (this.lineStart() <= after || this.column() > column);
    if (!here) {
      const end = Math.min(after + 1, this.lineEnd(after));
      this.position = Math.min(this.position, this.text.length);
      return missing(end);
    }
    return this.block(column);
  }

  private mapping(column: number): ObjectNode {
    const from = this.position;
    const properties: Property[] = [];
    let to = from;
    while (this.toContent() && this.column() >= column) {
      if (this.column() > column || this.isDash()) {
        if (this.isDash() && this.column() === column) break;
        this.position = this.lineEnd();
        continue;
      }
      if (column === 0 && /^(?:---|\.\.\.)(?=\s|$)/.test(this.line())) break;
      const property = this.property(column);
      properties.push(property);
      to = Math.max(to, property.name.to, property.node.to);
    }
    return { kind: "object", flow: false, properties, from, to };
  }

  private property(column: number): Property {
    const from = this.position;
    const end = this.keyEnd(from);
    const quoted = /["']/.test(this.text[from] ?? "");
    if (end === null) {
      const word = this.line()
        .replace(/\s+#.*$/, "")
        .trimEnd();
      this.position = this.lineEnd();
      const name = { from, to: from + word.length };
      return { key: word.replace(/^["']|["']$/g, ""), name, quoted, colon: false, node: missing(name.to) };
    }
    this.flow.position = from;
    const raw = this.text.slice(from, end);
    const key = quoted ? String(this.flow.quoted(raw[0] === "'" ? "'" : '"').value) : raw;
    this.position = this.text.indexOf(":", end) + 1;
    return { key, name: { from, to: end }, quoted, colon: true, node: this.valueAfterColon(column) };
  }

  private valueAfterColon(column: number): OutlineNode {
    const after = this.position;
    const lineEnd = this.lineEnd();
    if (!this.toContent()) return missing(Math.min(after + 1, this.text.length));
    if (this.position < lineEnd) return this.isDash() ? missing(after) : this.scalar(column);
    const deeper = this.column() > column || (this.column() === column && this.isDash());
    return deeper ? this.block(column) : missing(Math.min(after + 1, lineEnd));
  }

  /** A scalar or flow collection; further lines of it stand right of column `parent`. */
  private scalar(parent: number): OutlineNode {
    const char = this.text[this.position];
    if (char === "|" || char === ">") return this.blockScalar(parent);
    if (char === "{" || char === "[" || char === '"' || char === "'") {
      this.flow.position = this.position;
      const node = this.flow.value(parent + 1);
      this.position = this.lineEnd(node.to);
      return node;
    }
    return this.plain(parent);
  }

  private plain(parent: number): ScalarNode {
    const from = this.position;
    let to = this.endOfPlainLine();
    for (this.position = this.lineEnd(); ; this.position = this.lineEnd()) {
      const before = this.position;
      const goesOn =
        !/\s#/.test(this.text.slice(to, this.lineEnd(to))) &&
        this.toContent() &&
        this.column() > parent &&
        this.isProse();
      if (!goesOn) {
        this.position = before;
        break;
      }
      to = this.endOfPlainLine();
    }
    const raw = this.text.slice(from, to);
    return { kind: "scalar", style: "plain", value: bare(folded(raw)), from, to };
  }

  /** Whether this line can go on with a plain text: a key or a dash is something of its own, though not where YAML allows it. */
  private isProse(): boolean {
    return !this.isDash() && this.keyEnd(this.position) === null;
  }

  private endOfPlainLine(): number {
    return (
      this.position +
      this.line()
        .replace(/(^|\s)#.*$/, "")
        .trimEnd().length
    );
  }

  private blockScalar(parent: number): ScalarNode {
    const from = this.position;
    const header = this.line().split(/\s/)[0] ?? "|";
    const lines: string[] = [];
    let to = this.lineEnd();
    this.position = to;
    while (this.position < this.text.length) {
      const start = this.position + 1;
      const line = this.text.slice(start, this.lineEnd(start)).replace(/\r$/, "");
      const indent = line.length - line.trimStart().length;
      if (line.trim() !== "" && indent <= parent) break;
      lines.push(line);
      this.position = this.lineEnd(start);
      if (line.trim() !== "") to = this.position;
    }
    return { kind: "scalar", style: "block", value: blockText(header, lines), from, to };
  }
}
