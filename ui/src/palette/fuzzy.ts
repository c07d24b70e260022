/** How well a text fits what somebody typed: every word of it, its letters in order, the better the closer together. */

export interface Fit {
  readonly score: number;
  /** Which characters of the text it was, ascending. */
  readonly at: readonly number[];
}

const START = 8;
const TOGETHER = 5;
const SCATTERED = -0.25;

/** Null when a word is not in the text. An empty query fits everything alike. */
export function fitting(query: string, text: string): Fit | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = words.map((word) => fitWord(word, text.toLowerCase()));
  if (fits.includes(null)) return null;
  const found = fits.filter((one) => one !== null);
  const at = [...new Set(found.flatMap((one) => one.at))].sort((a, b) => a - b);
  // Of texts that fit alike, the shorter one says more.
  return { score: found.reduce((sum, one) => sum + one.score, 0) - text.length / 100, at };
}

function fitWord(word: string, text: string): Fit | null {
  const whole = text.indexOf(word);
  const start = startOf(word, text);
  if (start !== -1 || whole !== -1) return run(start === -1 ? whole : start, word.length, start !== -1);
  const at: number[] = [];
  for (const letter of word) {
    const next = text.indexOf(letter, (at.at(-1) ?? -1) + 1);
    if (next === -1) return null;
    at.push(next);
  }
  return { score: at.reduce((sum, place, index) => sum + worth(text, place, at[index - 1]), 0), at };
}

/** The word as it is, best at the beginning of one of the text's words. */
const run = (from: number, length: number, atStart: boolean): Fit => ({
  score: length * (TOGETHER + 1) + (atStart ? START * 2 : 0),
  at: Array.from({ length }, (_, index) => from + index),
});

const worth = (text: string, place: number, before: number | undefined): number => {
  if (before !== undefined && place === before + 1) return TOGETHER;
  return (begins(text, place) ? START / 2 : 0) + SCATTERED * (place - (before ?? place));
};

const begins = (text: string, place: number): boolean => place === 0 || /[^a-z0-9]/.test(text[place - 1] ?? "");

function startOf(word: string, text: string): number {
  for (let place = text.indexOf(word); place !== -1; place = text.indexOf(word, place + 1)) {
    if (begins(text, place)) return place;
  }
  return -1;
}

/** Those that fit, best first; equal ones stay in their order. */
export function ranked<Item>(query: string, items: readonly Item[], textOf: (item: Item) => string) {
  return items
    .map((item) => ({ item, fit: fitting(query, textOf(item)) }))
    .filter((one): one is { item: Item; fit: Fit } => one.fit !== null)
    .toSorted((one, other) => other.fit.score - one.fit.score);
}
