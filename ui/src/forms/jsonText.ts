/** JSON as a person types it, and where it is broken. */
export type JsonText = { ok: true; value: unknown } | { ok: false; message: string };

export function parsedText(text: string): JsonText {
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, message: told(text, error instanceof Error ? error.message : "") };
  }
}

export const textOf = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

function told(text: string, message: string): string {
  const offset = faultAt(text);
  const before = text.slice(0, offset).split("\n");
  const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  const reason = offset >= text.trimEnd().length ? "the text ends too early" : reasonOf(message);
  return `This is not JSON yet, at ${place}: ${reason}.`;
}

const reasonOf = (message: string): string =>
  /control character/i.test(message) ? "a line break within a text" : "this does not belong here";

// Within a text, control characters are those below the space.
const TEXT = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/;
const WORD = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/;
const TOKEN = new RegExp(`[ \\t\\r\\n]*(?:([{}[\\],:])|(${TEXT.source})|(${WORD.source}))`, "y");
const hasControl = (text: string): boolean => [...text].some((letter) => letter < " ");

/**
 * Where the first token stands that cannot follow what is before it. Browsers say it in different ways, or not at all.
 */
function faultAt(text: string): number {
  const open: string[] = [];
  let wants: "value" | "first" | "key" | "firstKey" | "colon" | "next" = "value";
  TOKEN.lastIndex = 0;
  for (;;) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const at = start + (/^[ \t\r\n]*/.exec(text.slice(start))?.[0].length ?? 0);
    if (!match || hasControl(match[2] ?? "")) return at;
    const mark = match[1];
    const isText = match[2] !== undefined;
    const closes = mark === "}" || mark === "]";
    if (closes) {
      const fits = mark === "}" ? open.at(-1) === "{" : open.at(-1) === "[";
      const empty = mark === "}" ? wants === "firstKey" : wants === "first";
      if (!fits || !(empty || wants === "next")) return at;
      open.pop();
      wants = "next";
    } else if (mark === ",") {
      if (wants !== "next" || open.length === 0) return at;
      wants = open.at(-1) === "{" ? "key" : "value";
    } else if (mark === ":") {
      if (wants !== "colon") return at;
      wants = "value";
    } else if (wants === "key" || wants === "firstKey") {
      if (!isText) return at;
      wants = "colon";
    } else if (wants === "value" || wants === "first") {
      if (mark === "{" || mark === "[") {
        open.push(mark);
        wants = mark === "{" ? "firstKey" : "first";
      } else wants = "next";
    } else return at;
  }
}
