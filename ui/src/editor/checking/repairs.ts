import type { PlacedProblem } from "./problemPlaces";

/** A change of the text that a problem's hint names. */
export interface Repair {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What stands there; when it does no longer, there is nothing to repair. */
  readonly old: string;
  readonly insert: string;
}

const MEANT = /Did you mean '([^']+)'\?/;
const NAMED = /'([^']+)'/g;

/** What the hint of a problem offers in place of a name in the marked text; null when it names nothing. */
export function repairOf(text: string, { from, to, problem }: PlacedProblem): Repair | null {
  const meant = MEANT.exec(problem.hint)?.[1] ?? MEANT.exec(problem.message)?.[1];
  if (meant === undefined) return null;
  const marked = text.slice(from, to);
  const wrong = wrongName(marked, problem.message);
  if (wrong === null) return null;
  const at = from + wrong.at;
  return {
    name: `Write '${meant}'`,
    from: at,
    to: at + wrong.name.length,
    old: wrong.name,
    insert: wrong.called ? meant.replace(/\(\)$/, "") : meant,
  };
}

/** The first name of the message that stands in the marked text as a word of its own; what something has not got comes first. */
function wrongName(marked: string, message: string): { name: string; at: number; called: boolean } | null {
  const told = message.replace(MEANT, "");
  const lacking = /has no (?:\w+ )*('[^']+')/.exec(told)?.[1] ?? "";
  for (const [, quoted = ""] of `${lacking} ${told}`.matchAll(NAMED)) {
    const name = quoted.replace(/\(\)$/, "");
    const asStep = indexOfWord(marked, `steps.${name}`);
    const at = asStep < 0 ? indexOfWord(marked, name) : asStep + "steps.".length;
    if (at >= 0) return { name, at, called: name !== quoted };
  }
  const plain = /^["']?([^"'\s]+)["']?$/.exec(marked)?.[1];
  return plain ? { name: plain, at: marked.indexOf(plain), called: false } : null;
}

function indexOfWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0 && word !== ""; at = text.indexOf(word, at + 1)) {
    if (!/[\w-]/.test(text[at - 1] ?? "") && !/[\w-]/.test(text[at + word.length] ?? "")) return at;
  }
  return -1;
}
