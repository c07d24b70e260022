/** Whether a text may be the id of a scenario. */
export const isScenarioId = (text: string): boolean => /^[a-z][a-z0-9_-]{0,127}$/.test(text);

/** An id that a name leads to, such as `weekly_report` for `Weekly report!`; empty when it has no letter. */
export const idFrom = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 128);
