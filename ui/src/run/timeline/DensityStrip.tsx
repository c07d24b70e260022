import { useMemo } from "react";
import classes from "./Bars.module.css";
import { densityOf } from "./density";
import { placeOf, type Scale } from "./scale";
import type { TreeNode } from "./tree";

const SLICES = 120;

interface Props {
  iterations: readonly TreeNode[];
  /** When the block was at work. */
  span: Scale;
  scale: Scale;
  now: number;
  label: string;
}

/** How many iterations were at work when, and where some failed, in the place of a bar. */
export function DensityStrip({ iterations, span, scale, now, label }: Props) {
  const { from, to } = span;
  const slices = useMemo(() => densityOf(iterations, { from, to }, SLICES, now), [iterations, from, to, now]);
  const most = Math.max(1, ...slices.map((slice) => slice.active));
  const left = placeOf(scale, from);
  return (
    <div className={classes.bars}>
      <svg
        className={classes.density}
        viewBox={`0 0 ${SLICES} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        style={{ left: `${left * 100}%`, width: `${(placeOf(scale, to) - left) * 100}%` }}
      >
        <path className={classes.active} d={area(slices.map((slice) => slice.active / most))} />
        {slices.map(
          ({ failed }, slice) =>
            failed > 0 && (
              // biome-ignore lint/suspicious/noArrayIndexKey: a slice is its place
              <rect key={slice} className={classes.failure} x={slice} y={0.55} width={1} height={0.45} />
            ),
        )}
      </svg>
    </div>
  );
}

/** A stepped outline above the bottom line; what is not quite empty can be seen. */
function area(heights: readonly number[]): string {
  const tops = heights.map((height, x) => {
    const y = height > 0 ? 1 - Math.max(0.12, height) : 1;
    return `L${x} ${y.toFixed(3)}H${x + 1}`;
  });
  return `M0 1${tops.join("")}V1Z`;
}
