import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from "react";

import type { RunRow } from "@/api/runs";
import { useShortcut } from "@/app/shortcuts";
import { tellsOwner } from "./owner";
import classes from "./RunsTable.module.css";
import { RunsTableRow } from "./RunsTableRow";
import { focusedRun, moveFocus } from "./rowFocus";
import type { Ticks } from "./ticks";

interface Props {
  runs: readonly RunRow[];
  /** What these runs are, for those who hear the page. */
  label: string;
  /** Shown instead when there are none. */
  empty?: ReactNode;
  /** False where all are of one scenario. */
  scenario?: boolean;
  ticks?: Ticks;
  onMenu?: (run: RunRow, button: HTMLButtonElement) => void;
  /** True for the list of a page that has no other: j and k reach it from anywhere. */
  keys?: boolean;
}

/** Runs, one in a line. j, k and the arrows go from row to row, Enter opens one, x and Space select it. */
export function RunsTable({ runs, label, empty = null, scenario = true, ticks, onMenu, keys = false }: Props) {
  const table = useRef<HTMLTableElement>(null);
  useShortcut("j", "Next run", () => moveFocus(table, 1), { enabled: keys, offered: false });
  useShortcut("k", "Previous run", () => moveFocus(table, -1), { enabled: keys, offered: false });
  useShortcut("x", "Select the run", () => tick(), { enabled: keys && ticks !== undefined, offered: false });

  const toggle = useLatest(ticks?.toggle);
  const menu = useLatest(onMenu);
  const tick = () => {
    const run = runs.find((row) => row.run_id === focusedRun(table));
    if (run) ticks?.toggle(run, false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const onLink = event.target instanceof HTMLAnchorElement;
    if (event.key === "ArrowDown") moveFocus(table, 1);
    else if (event.key === "ArrowUp") moveFocus(table, -1);
    else if (event.key === " " && ticks && onLink) tick();
    else return;
    event.preventDefault();
  };

  if (runs.length === 0) return empty;
  const owners = runs.some((run) => tellsOwner(run.owner));
  return (
    <div className={classes.frame}>
      <table
        ref={table}
        className={classes.table}
        aria-label={label}
        data-select={ticks ? true : undefined}
        data-menu={onMenu ? true : undefined}
        data-owners={owners || undefined}
        onKeyDown={onKeyDown}
      >
        <RunsTableHead ticks={ticks} menu={onMenu !== undefined} owners={owners} />
        <tbody className={classes.body}>
          {runs.map((run) => (
            <RunsTableRow
              key={run.run_id}
              run={run}
              scenario={scenario}
              owners={owners}
              selected={ticks ? ticks.has(run.run_id) : null}
              onSelect={ticks ? toggle : undefined}
              onMenu={onMenu ? menu : undefined}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunsTableHead({ ticks, menu, owners }: { ticks: Ticks | undefined; menu: boolean; owners: boolean }) {
  return (
    <thead className={classes.head}>
      <tr>
        {ticks && (
          <th className={classes.select}>
            <input type="checkbox" aria-label="Select all runs shown" checked={ticks.all} onChange={ticks.toggleAll} />
          </th>
        )}
        <th>Status</th>
        <th>Run</th>
        {owners && <th>Owner</th>}
        <th>Message</th>
        <th>Started</th>
        <th className={classes.took}>Took</th>
        {menu && (
          <th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </th>
        )}
      </tr>
    </thead>
  );
}

/** One function for as long as the table stands, so that rows that did not change are not rendered again. */
function useLatest<Args extends unknown[]>(handler: ((...args: Args) => void) | undefined): (...args: Args) => void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  return useCallback((...args: Args) => latest.current?.(...args), []);
}
