import { duration } from "@/components/time";

/** The stretch of time that is drawn. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** From the run's beginning to its end, or to now with some room, so that what runs does not stick to the edge. */
export function scaleOf(started: number, finished: number | null, now: number): Scale {
  const end = finished ?? started + Math.max(now - started, 0) * 1.03;
  return { from: started, to: Math.max(end, started + 10) };
}

/** Where a moment lies, from 0 to 1. */
export function placeOf(scale: Scale, moment: number): number {
  return Math.min(1, Math.max(0, (moment - scale.from) / (scale.to - scale.from)));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between marks that people count in. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * DAY),
];

export interface Mark {
  readonly place: number;
  readonly label: string;
}

/** Marks for the time since the run began, at most `most` of them. */
export function marksOf(scale: Scale, most: number): Mark[] {
  const length = scale.to - scale.from;
  const step = STEPS.find((each) => length / each <= most) ?? length;
  const marks: Mark[] = [];
  for (let offset = 0; offset <= length; offset += step) {
    marks.push({ place: offset / length, label: offset === 0 ? "0" : shown(offset) });
  }
  return marks;
}

/** A round duration without what is zero in it. */
function shown(milliseconds: number): string {
  return duration(milliseconds)
    .replace(/\.0 s$/, " s")
    .replace(/(min|h|d) 0 (s|min|h)$/, "$1");
}
