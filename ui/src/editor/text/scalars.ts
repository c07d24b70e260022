/** What scalars mean: YAML 1.2's core rules for bare words, and the escapes of quoted texts. */

const NUMBER = /^[-+]?(?:0|[1-9]\d*|\d+|\d*\.\d+|\d+\.\d*)(?:[eE][-+]?\d+)?$/;

/** A word without quotes. */
export function bare(word: string): string | number | boolean | null {
  if (word === "" || word === "~" || /^(?:null|Null|NULL)$/.test(word)) return null;
  if (/^(?:true|True|TRUE)$/.test(word)) return true;
  if (/^(?:false|False|FALSE)$/.test(word)) return false;
  return NUMBER.test(word) ? Number(word) : word;
}

const ESCAPES: Readonly<Record<string, string>> = {
  0: "\0",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;

/** What stands between double quotes. */
export function unescaped(raw: string): string {
  return raw.replace(ESCAPE, (_, two?: string, four?: string, eight?: string, one?: string) => {
    const digits = two ?? four ?? eight;
    if (digits === undefined) return ESCAPES[one ?? ""] ?? one ?? "";
    const point = Number.parseInt(digits, 16);
    return point > 0x10ffff ? "\ufffd" : String.fromCharCode(...(point > 0xffff ? pair(point) : [point]));
  });
}

const pair = (point: number): [number, number] => [
  0xd800 + ((point - 0x10000) >> 10),
  0xdc00 + ((point - 0x10000) & 0x3ff),
];

/** A text over several lines as one: a line break is a space, an empty line is a line break. */
export function folded(raw: string): string {
  if (!raw.includes("\n")) return raw;
  return raw.replace(/[ \t]*\r?\n((?:[ \t]*\r?\n)*)[ \t]*/g, (_, empty: string) =>
    empty ? "\n".repeat(empty.split("\n").length - 1) : " ",
  );
}

/** The text of a block scalar, from its header (`|`, `>-`, …) and its lines. */
export function blockText(header: string, lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const indent = indents[0] ?? 0;
  const texts = lines.map((line) => line.slice(Math.min(indent, line.length)));
  while (texts.length > 0 && texts.at(-1)?.trim() === "" && !header.includes("+")) texts.pop();
  const joined = header.startsWith(">") ? foldedLines(texts) : texts.join("\n");
  if (joined === "" || header.includes("-")) return joined;
  return `${joined}\n`;
}

/** Lines that are indented further keep their breaks. */
function foldedLines(lines: readonly string[]): string {
  let text = lines[0] ?? "";
  let breaks = 0;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line === "") {
      breaks++;
      continue;
    }
    const kept = /^[ \t]/.test(line) || /^[ \t]/.test(lines[index - 1 - breaks] ?? "");
    text += breaks > 0 ? "\n".repeat(breaks + (kept ? 1 : 0)) : kept ? "\n" : " ";
    text += line;
    breaks = 0;
  }
  return text;
}
