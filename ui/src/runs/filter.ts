import type { RunFilter } from "@/api/runs";
import type { runsSearch } from "@/app/searches";

export type RunsSearch = ReturnType<typeof runsSearch>;

/** A range that moves with the clock is written into the address as it is chosen, so that a shared link stays true. */
export const ranges = [
  { value: "1h", label: "The last hour" },
  { value: "24h", label: "The last 24 hours" },
  { value: "7d", label: "The last 7 days" },
  { value: "30d", label: "The last 30 days" },
] as const;

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };
const MINUTE = 60_000;
/** So many the API takes. */
const MOST_CODES = 20;

/**
 * A moment of the address in the API's form: `24h` is so long before `now`, at a whole minute so that the same question is
 * asked the same way for a while. Undefined for what is no moment.
 */
export function moment(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const size = UNITS[unit ?? ""];
  const time = size ? Math.floor(now / MINUTE) * MINUTE - Number(amount) * size : Date.parse(text);
  return Number.isFinite(time) ? new Date(time).toISOString() : undefined;
}

/** Error codes of the address, which may have several with commas between them; undefined for what can be none. */
export function codes(text: string | undefined): string[] | undefined {
  const found = text
    ?.split(",")
    .filter((code) => /^[A-Za-z][\w.-]{0,63}$/.test(code))
    .slice(0, MOST_CODES);
  return found?.length ? found : undefined;
}

/** What the API is asked for. */
export function runFilter(search: RunsSearch, now: number): RunFilter {
  const all: RunFilter = {
    status: search.status && [search.status],
    error_code: codes(search.error_code),
    scenario_id: search.scenario_id,
    owner: search.owner,
    q: search.q?.trim() || undefined,
    started_after: moment(search.started_after, now),
    started_before: moment(search.started_before, now),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What is chosen in the list of ranges. */
export function rangeOf({ started_after, started_before }: RunsSearch): string {
  if (started_after === undefined && started_before === undefined) return "";
  const range = ranges.find(({ value }) => value === started_after);
  return range && started_before === undefined ? range.value : "own";
}

/** A moment as an `<input type="datetime-local">` has it, in the reader's zone. */
export function local(text: string | undefined, now: number): string {
  const iso = moment(text, now);
  if (iso === undefined) return "";
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}
