/** A moment as the browser's own input wants it, in the reader's zone; undefined when it is none. */
export function localOf(moment: string): string | undefined {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime()) || !/^\d{4}-\d\d-\d\dT/i.test(moment)) return undefined;
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, date.getMilliseconds() ? 23 : 19);
}

/** The moment of what was picked, in UTC, as `date-time` asks for. */
export function momentOf(local: string): string | undefined {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
