import { duration } from "@/components/time";
import classes from "./Bars.module.css";
import type { Bar } from "./bars";
import { placeOf, type Scale } from "./scale";

interface Props {
  bars: readonly Bar[];
  scale: Scale;
  /** Of what is no step itself. */
  thin: boolean;
}

/** The pieces of a line; each says on hover what it is. */
export function Bars({ bars, scale, thin }: Props) {
  return (
    <div role="img" aria-label={bars.map(inWords).join("; ")} className={classes.bars}>
      {bars.map((bar) => {
        const left = placeOf(scale, bar.from);
        const width = placeOf(scale, bar.to) - left;
        return (
          <span
            key={`${bar.kind}${bar.from}`}
            className={classes.bar}
            data-kind={bar.kind}
            data-status={bar.status}
            data-interrupted={bar.interrupted || undefined}
            data-thin={thin || undefined}
            style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
            title={inWords(bar)}
          />
        );
      })}
    </div>
  );
}

function inWords({ kind, label, status, interrupted, from, to }: Bar): string {
  const how = kind === "attempt" ? ` ${interrupted ? "interrupted" : status}` : "";
  return `${label}${how}, ${duration(to - from)}`;
}
