import { ranked } from "./fuzzy";

/** Something to go to, or to do. */
export interface Item {
  readonly id: string;
  readonly group: Group;
  readonly label: string;
  readonly detail?: string;
  /** The shortcut that does the same. */
  readonly keys?: string;
  /** Not offered before something is typed: there are many of its kind. */
  readonly asked?: boolean;
  readonly act: () => void;
}

export const groups = ["This page", "Runs", "Go to", "Scenarios", "Tools", "Schedules and hooks", "Theme"] as const;
export type Group = (typeof groups)[number];

export interface Found {
  readonly item: Item;
  /** Which characters of the label fit. */
  readonly at: readonly number[];
}

const AT_MOST = 40;

/** What fits, best first within its group, groups in the order of their best. */
export function search(query: string, items: readonly Item[]): readonly Found[] {
  if (query.trim() === "") {
    const offered = items.filter((item) => !item.asked).map((item) => ({ item, at: [] }));
    return groups.flatMap((group) => offered.filter(({ item }) => item.group === group));
  }
  const found = ranked(query, items, ({ label, detail = "" }) => `${label} ${detail}`).slice(0, AT_MOST);
  const order = [...new Set(found.map(({ item }) => item.group))];
  return order.flatMap((group) =>
    found
      .filter(({ item }) => item.group === group)
      .map(({ item, fit }) => ({ item, at: fit.at.filter((place) => place < item.label.length) })),
  );
}

const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of a run in what was pasted: alone, or in an address. */
export function pastedRun(text: string): string | null {
  return (
    text
      .split(/[\s/?#&=]+/)
      .find((part) => RUN_ID.test(part))
      ?.toLowerCase() ?? null
  );
}

/** Whether it may be a part of a run's id, so that the service is asked. */
export const maybeRunId = (text: string): boolean => /^[0-9a-f-]{4,36}$/i.test(text.trim());
