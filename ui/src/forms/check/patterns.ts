/** A text longer than this is not matched here. */
export const MAX_MATCHED = 2000;

const MAX_PATTERN = 200;
const RISKY = [
  /\)(\*|\+|\{)/, // a group that repeats: its parts may split the text in exponentially many ways
  /\\[1-9k]/, // a reference to a group
  /\(\?[=!<]/, // looking ahead or behind
];

/**
 * Whether a pattern of an untrusted schema can be matched on this page. JavaScript's expressions backtrack, so one
 * repetition costs at most the square of the text's length, and each further one a power more. The service matches all
 * of them in linear time.
 */
export function harmless(pattern: unknown): boolean {
  if (typeof pattern !== "string" || pattern.length > MAX_PATTERN || RISKY.some((risk) => risk.test(pattern))) {
    return false;
  }
  const plain = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  const repetitions = plain.match(/[*+]|\{\d+(,\d*)?\}/g)?.length ?? 0;
  if (repetitions > (pattern.startsWith("^") ? 2 : 1)) return false;
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    return false;
  }
}
