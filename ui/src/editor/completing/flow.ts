import { type Item, missing, type OutlineNode, type Property, type ScalarNode } from "@/editor/text/outline";
import { bare, folded, unescaped } from "@/editor/text/scalars";

/** Reads `{…}`, `[…]`, quoted texts and words between them: all of JSON, and what YAML takes from it. */
export class FlowReader {
  position = 0;

  constructor(
    readonly text: string,
    private readonly comments: boolean,
  ) {}

  /** A value. It ends before a line that begins in a column below `column`: there the block around it goes on. */
  value(column: number): OutlineNode {
    const char = this.text[this.position];
    if (char === "{") return this.object(column);
    if (char === "[") return this.array(column);
    if (char === '"' || char === "'") return this.quoted(char);
    return this.word();
  }

  /** Past white space, line breaks and comments; false where the collection around is over. */
  private advance(column: number): boolean {
    const start = this.position;
    for (; this.position < this.text.length; this.position++) {
      const char = this.text[this.position] ?? "";
      if (this.comments && char === "#" && /\s/.test(this.text[this.position - 1] ?? " ")) {
        const end = this.text.indexOf("\n", this.position);
        this.position = end < 0 ? this.text.length : end;
      } else if (!/\s/.test(char)) break;
    }
    const lineBreak = this.text.slice(start, this.position).lastIndexOf("\n");
    const left = lineBreak >= 0 && this.position - start - lineBreak - 1 < column;
    if (this.position < this.text.length && (!left || /[\]}]/.test(this.text[this.position] ?? ""))) return true;
    this.position = start;
    return false;
  }

  private object(column: number): OutlineNode {
    const from = this.position++;
    const properties: Property[] = [];
    while (this.advance(column)) {
      const char = this.text[this.position];
      if (char === "}") {
        this.position++;
        break;
      }
      if (char === "]") break;
      if (char === ",") this.position++;
      else properties.push(this.property(column));
    }
    return { kind: "object", flow: true, properties, from, to: this.position };
  }

  private property(column: number): Property {
    const name = this.value(column);
    if (name.to === name.from) this.position++;
    const quoted = name.kind === "scalar" && (name.style === "double" || name.style === "single");
    const key = name.kind === "scalar" ? (quoted ? String(name.value) : this.text.slice(name.from, name.to)) : "";
    if (!this.advance(column) || this.text[this.position] !== ":") {
      return { key, name, quoted, colon: false, node: missing(name.to) };
    }
    const end = ++this.position;
    const value = this.advance(column) && !/[,}\]]/.test(this.text[this.position] ?? "");
    if (value) return { key, name, quoted, colon: true, node: this.value(column) };
    return { key, name, quoted, colon: true, node: missing(end) };
  }

  private array(column: number): OutlineNode {
    const from = this.position++;
    const items: Item[] = [];
    while (this.advance(column)) {
      const char = this.text[this.position];
      if (char === "]") {
        this.position++;
        break;
      }
      if (char === "}") break;
      if (char === "," || char === ":") this.position++;
      else items.push({ dash: true, node: this.value(column) });
    }
    return { kind: "array", flow: true, items, from, to: this.position };
  }

  /** A text without its end is taken to end with its line. */
  quoted(quote: '"' | "'"): ScalarNode {
    const from = this.position;
    let end = from + 1;
    for (; end < this.text.length; end++) {
      const char = this.text[end];
      if (quote === '"' && char === "\\") end++;
      else if (!this.comments && char === "\n") break;
      else if (char === quote) {
        if (quote === "'" && this.text[end + 1] === "'") end++;
        else break;
      }
    }
    const closed = this.text[end] === quote;
    if (!closed && this.comments) {
      const line = this.text.indexOf("\n", from);
      end = line < 0 ? this.text.length : line;
    }
    const raw = folded(this.text.slice(from + 1, Math.min(end, this.text.length)));
    this.position = Math.min(end + (closed ? 1 : 0), this.text.length);
    const value = quote === '"' ? unescaped(raw) : raw.replaceAll("''", "'");
    return { kind: "scalar", style: quote === '"' ? "double" : "single", value, from, to: this.position };
  }

  private word(): ScalarNode {
    const from = this.position;
    for (; this.position < this.text.length; this.position++) {
      const char = this.text[this.position] ?? "";
      const next = this.text[this.position + 1] ?? " ";
      if (/[,[\]{}\n]/.test(char) || (char === ":" && /[\s,[\]{}]/.test(next))) break;
      if (this.comments ? char === "#" && /\s/.test(this.text[this.position - 1] ?? "") : /["\s:]/.test(char)) break;
    }
    const word = this.text.slice(from, this.position).trimEnd();
    this.position = from + word.length;
    return { kind: "scalar", style: "plain", value: bare(word), from, to: this.position };
  }
}
