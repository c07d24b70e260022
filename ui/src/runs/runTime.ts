import { useReading } from "@/components/clock";
import { ago, between, duration } from "@/components/time";

/** How long ago, in words. A row renders again when the words change, not every second. */
export const useAgo = (moment: string): string => useReading((now) => ago(moment, now));

/** How long it took, or takes so far. */
export const useTook = (from: string, to: string | null): string =>
  useReading((now) => duration(between(from, to, now)), to === null);
