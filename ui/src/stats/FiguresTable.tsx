import type { ReactNode } from "react";
import { duration } from "@/components/time";
import { percent } from "@/dashboard/figures";
import { Outcomes } from "@/dashboard/Outcomes";
import classes from "./Figures.module.css";

/** How one scenario or one tool went. */
export interface Line {
  readonly key: string;
  readonly name: ReactNode;
  readonly count: number;
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly success_rate: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
}

interface Props {
  label: string;
  /** What a line is. */
  what: string;
  /** What is counted. */
  counted: string;
  of: readonly Line[];
}

/** Outcomes as bars, each as wide as its own count allows to compare the shares; durations beside them. */
export function FiguresTable({ label, what, counted, of: lines }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keyboard, too
    <section className={classes.frame} aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col">{counted}</th>
            <th scope="col" className={classes.rate} title="Of those that succeeded or failed">
              Success
            </th>
            <th scope="col" title="Half of them took no longer">
              p50
            </th>
            <th scope="col" title="95 of 100 took no longer">
              p95
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              <th scope="row">{line.name}</th>
              <td>{line.count.toLocaleString("en")}</td>
              <td className={classes.rate}>
                <Outcome of={line} />
              </td>
              <td>{line.p50_ms === null ? "–" : duration(line.p50_ms)}</td>
              <td>{line.p95_ms === null ? "–" : duration(line.p95_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Outcome({ of: line }: { of: Line }) {
  const { count, success, failed, cancelled } = line;
  const rest = Math.max(count - success - failed - cancelled, 0);
  const figures = { success, failed, cancelled, unfinished: rest };
  return (
    <div className={classes.outcome}>
      {count > 0 ? <Outcomes figures={figures} of={success + failed + cancelled + rest} /> : <span />}
      <span>{line.success_rate === null ? "–" : percent(line.success_rate)}</span>
    </div>
  );
}
