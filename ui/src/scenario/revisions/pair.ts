import type { RevisionSummary } from "@/api/scenarioHistory";

/** The two revisions that are compared. */
export interface Pair {
  readonly older: RevisionSummary;
  readonly newer: RevisionSummary;
}

/** What is compared: what was chosen, else the newest revision with the one before it; null when there are not two. */
export function pairOf(revisions: readonly RevisionSummary[], chosen: Partial<Pair>): Pair | null {
  const newer = revisions.find((one) => keyOf(one) === (chosen.newer && keyOf(chosen.newer))) ?? revisions[0];
  const older = revisions.find((one) => keyOf(one) === (chosen.older && keyOf(chosen.older))) ?? revisions[1];
  return newer && older ? { newer, older } : null;
}

/** The same content may be saved twice, with another one between, so a number is what tells revisions apart. */
export function keyOf({ number }: RevisionSummary): string {
  return number === null ? "file" : `${number}`;
}

/** Such as `revision 3`, or `the file` of a scenario that is one. */
export function nameOf({ number }: RevisionSummary): string {
  return number === null ? "the file" : `revision ${number}`;
}
