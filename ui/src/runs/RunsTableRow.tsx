import { Link } from "@tanstack/react-router";
import { type MouseEvent, memo } from "react";

import type { RunRow } from "@/api/runs";
import { StatusBadge } from "@/components/StatusBadge";
import { at } from "@/components/time";
import { ownerName, tellsOwner } from "./owner";
import { RunMarks } from "./RunMarks";
import classes from "./RunsTable.module.css";
import { useAgo, useTook } from "./runTime";
import { shortId } from "./shortId";

interface Props {
  run: RunRow;
  scenario: boolean;
  /** Whether there is a column for whose run it is. */
  owners: boolean;
  /** Null where nothing can be selected. */
  selected: boolean | null;
  onSelect: ((run: RunRow, range: boolean) => void) | undefined;
  /** Undefined where rows have no menu. */
  onMenu: ((run: RunRow, button: HTMLButtonElement) => void) | undefined;
}

/** One run. Its link covers the row; what else can be clicked lies above the link. */
export const RunsTableRow = memo(function RunsTableRow({ run, scenario, owners, selected, onSelect, onMenu }: Props) {
  const took = useTook(run.started_at, run.finished_at);
  const started = useAgo(run.started_at);
  const id = shortId(run.run_id);
  return (
    <tr className={classes.row} data-selected={selected === true || undefined}>
      {selected !== null && (
        <td className={classes.select}>
          <input
            type="checkbox"
            aria-label={`Select run ${id} of ${run.scenario_id}`}
            checked={selected}
            onChange={() => undefined}
            onClick={(event: MouseEvent) => onSelect?.(run, event.shiftKey)}
          />
        </td>
      )}
      <td className={classes.status}>
        <StatusBadge status={run.status} size="sm" />
      </td>
      <td className={classes.what}>
        <Link
          to="/runs/$runId"
          params={{ runId: run.run_id }}
          className={classes.link ?? ""}
          data-run={run.run_id}
          title={`${run.scenario_id}\n${run.run_id}`}
        >
          {scenario && <span className={classes.cut}>{run.scenario_id}</span>}
          <span className={classes.id}>{id}</span>
        </Link>
        <RunMarks run={run} />
      </td>
      {owners && (
        <td className={classes.owner} title={run.owner || undefined}>
          {tellsOwner(run.owner) && ownerName(run.owner)}
        </td>
      )}
      <td className={classes.message} title={run.message || undefined}>
        {run.message}
      </td>
      <td className={classes.time}>
        <time dateTime={run.started_at} title={at(run.started_at)}>
          {started}
        </time>
      </td>
      <td className={classes.took} title={run.finished_at === null ? "So far" : undefined}>
        {took}
      </td>
      {onMenu && (
        <td className={classes.more}>
          <button
            type="button"
            className={classes.menu}
            aria-haspopup="menu"
            aria-label={`Actions of run ${id} of ${run.scenario_id}`}
            onClick={(event) => onMenu(run, event.currentTarget)}
          >
            ⋯
          </button>
        </td>
      )}
    </tr>
  );
});
