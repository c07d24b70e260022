/**
 * Step paths, as docs/language.md writes them: `fetch_all[3].fetch`, `both.news.headlines`, `booking@2.flight`. A segment
 * is a name, then the attempt of a block that was tried again, then the index of an iteration.
 */

export interface Segment {
  readonly name: string;
  /** Of a block; 1 where none is written. */
  readonly attempt: number;
  /** Of a `foreach` or `loop`; null for other blocks and for the step itself. */
  readonly iteration: number | null;
  /** The path up to here, without the attempt and the iteration: that of the block's own step. */
  readonly owner: string;
  /** The path up to here, whole. */
  readonly prefix: string;
}

const SEGMENT = /^(?<name>.*?)(?:@(?<attempt>\d+))?(?:\[(?<iteration>\d+)\])?$/s;

const parsed = new Map<string, readonly Segment[]>();
const MOST = 50_000;

/** The segments of a path, outermost first; the last one is the step itself. */
export function segmentsOf(path: string): readonly Segment[] {
  const known = parsed.get(path);
  if (known) return known;
  if (parsed.size >= MOST) parsed.clear();
  const segments = parse(path);
  parsed.set(path, segments);
  return segments;
}

function parse(path: string): readonly Segment[] {
  let before = "";
  return path.split(".").map((text) => {
    const groups = SEGMENT.exec(text)?.groups;
    const name = groups?.name ?? text;
    const segment = {
      name,
      attempt: Number(groups?.attempt ?? 1),
      iteration: groups?.iteration === undefined ? null : Number(groups.iteration),
      owner: before + name,
      prefix: before + text,
    };
    before = `${segment.prefix}.`;
    return segment;
  });
}

/** The iterations that an execution is part of, outermost first. */
export function iterationsOf(path: string): readonly Segment[] {
  return segmentsOf(path).filter((segment) => segment.iteration !== null);
}

/** The path without what tells attempts of blocks apart: all attempts of one execution have this in common. */
export function withoutAttempts(path: string): string {
  return path.replace(/@\d+/g, "");
}
