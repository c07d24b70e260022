import { useId } from "react";
import type { Line } from "./layout";
import classes from "./lines.module.css";

/** The lines between steps, which no box covers: one drawing for all, however many they are. */
export function FlowLines({ lines }: { lines: readonly Line[] }) {
  const id = useId();
  return (
    <svg className={classes.lines} aria-hidden="true" focusable="false">
      <defs>
        <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0.5 8 4 0 7.5z" className={classes.tip} />
        </marker>
      </defs>
      {lines.map((line) => (
        <path
          key={line.id}
          className={classes.line}
          data-kind={line.kind}
          d={`M${line.from[0]} ${line.from[1]}L${line.to[0]} ${line.to[1]}`}
          markerEnd={`url(#${id})`}
        />
      ))}
    </svg>
  );
}
