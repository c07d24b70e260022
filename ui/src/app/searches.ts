/**
 * What pages keep in the query of their address, so that it can be shared and reloaded. Addresses are typed by people:
 * what makes no sense is left out.
 */

type Search = Record<string, unknown>;

const text = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

const oneOf = <Choice extends string>(choices: readonly Choice[], value: unknown): Choice | undefined =>
  choices.find((choice) => choice === value);

/** Leaves out what is undefined, so that it is not written into the address. */
const kept = <Value extends object>(values: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };

/** `tags` are separated by commas. */
export const scenariosSearch = (search: Search) => kept({ q: text(search.q), tags: text(search.tags) });

export const scenarioTabs = ["graph", "source", "schema", "runs", "revisions"] as const;
export const scenarioSearch = (search: Search) =>
  kept({ tab: oneOf(scenarioTabs, search.tab), step: text(search.step), run: search.run === true ? true : undefined });

export const runStatuses = ["queued", "running", "waiting", "success", "failed", "cancelled"] as const;
export const runsSearch = (search: Search) =>
  kept({
    status: oneOf(runStatuses, search.status),
    error_code: text(search.error_code),
    scenario_id: text(search.scenario_id),
    owner: text(search.owner),
    q: text(search.q),
    started_after: text(search.started_after),
    started_before: text(search.started_before),
  });

export const runTabs = ["graph", "timeline", "events", "input", "output"] as const;
export const runSearch = (search: Search) => kept({ tab: oneOf(runTabs, search.tab), step: text(search.step) });

export const compareSearch = (search: Search) => kept({ a: text(search.a), b: text(search.b) });

export const toolTabs = ["try", "schemas", "changes"] as const;
export const toolSearch = (search: Search) => kept({ tab: oneOf(toolTabs, search.tab) });

export const signInSearch = (search: Search) => kept({ next: text(search.next) });

export const statsWindows = ["24h", "7d", "30d"] as const;
export const statsSearch = (search: Search) =>
  kept({ window: oneOf(statsWindows, search.window), scenario_id: text(search.scenario_id) });

export const auditSearch = (search: Search) =>
  kept({
    subject: text(search.subject),
    action: text(search.action),
    target: text(search.target),
    after: text(search.after),
    before: text(search.before),
  });
