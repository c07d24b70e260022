import type { RefObject } from "react";

/** The keyboard goes from row to row by their links, so that Enter and "open in a new tab" are the browser's own. */
export type Table = RefObject<HTMLTableElement | null>;

const links = (table: Table): HTMLAnchorElement[] => [
  ...(table.current?.querySelectorAll<HTMLAnchorElement>("a[data-run]") ?? []),
];

/** The run whose row has the focus, or something in it. */
export function focusedRun(table: Table): string | null {
  const row = document.activeElement?.closest("tr");
  if (!row || !table.current?.contains(row)) return null;
  return row.querySelector<HTMLAnchorElement>("a[data-run]")?.dataset.run ?? null;
}

/** Move the focus by so many rows; from outside of the table, to its first one. */
export function moveFocus(table: Table, by: number): void {
  const all = links(table);
  const run = focusedRun(table);
  const from = all.findIndex((link) => link.dataset.run === run);
  const to = from === -1 ? 0 : Math.min(Math.max(from + by, 0), all.length - 1);
  all[to]?.focus();
  all[to]?.closest("tr")?.scrollIntoView({ block: "nearest" });
}
