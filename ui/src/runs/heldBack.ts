import { useEffect, useState } from "react";

import type { RunRow } from "@/api/runs";

/** Runs as they come, newest first, without those that began after `since`. */
export function holdBack(runs: readonly RunRow[], since: string | null): { shown: readonly RunRow[]; held: number } {
  if (since === null) return { shown: runs, held: 0 };
  const limit = new Date(since).getTime();
  const first = runs.findIndex((run) => new Date(run.started_at).getTime() <= limit);
  const held = first === -1 ? runs.length : first;
  return { shown: runs.slice(held), held };
}

/** From so many pixels on somebody reads further down. */
const TOP = 120;

/**
 * New runs appear on top, except while somebody reads further down: then they are held back and counted, so that no line
 * moves away under the reader. `release` shows them and goes to the top.
 */
export function useHeldBack(runs: readonly RunRow[]) {
  const [since, setSince] = useState<string | null>(null);
  const newest = runs[0]?.started_at ?? null;
  useEffect(() => {
    const look = () => setSince((held) => (window.scrollY < TOP ? null : (held ?? newest)));
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, [newest]);
  const release = () => {
    setSince(null);
    window.scrollTo({ top: 0 });
  };
  return { ...holdBack(runs, since), release };
}
