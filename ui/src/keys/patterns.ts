/** Patterns of names as the service reads them (`access/patterns.py`): `*` stands for any characters, none too. */

const PATTERN = /^[A-Za-z0-9_.:/*-]{1,256}$/;

/** Whether the service takes it for a pattern. */
export const isPattern = (text: string): boolean => PATTERN.test(text);

/** Whether one of the patterns fits the whole name. */
export const fits = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => fitsOne(pattern, name));

/** In time that grows with the name's length alone: no regular expression is made of what somebody typed. */
function fitsOne(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.slice(0, name.length - last.length).indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
