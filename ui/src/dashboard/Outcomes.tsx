import type { Figures } from "./figures";
import classes from "./Outcomes.module.css";

const PARTS = ["success", "failed", "cancelled", "unfinished"] as const;

/** How runs ended, as one bar; `of` is what its full width stands for. */
export function Outcomes({ figures, of }: { figures: Pick<Figures, (typeof PARTS)[number]>; of: number }) {
  const parts = PARTS.map((part) => ({ part, count: figures[part] })).filter(({ count }) => count > 0);
  const words = parts.map(({ part, count }) => `${count} ${part}`).join(", ");
  return (
    <svg className={classes.bar} viewBox={`0 0 ${of} 1`} preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      {parts.map(({ part, count }, index) => (
        <rect
          key={part}
          className={classes[part]}
          x={parts.slice(0, index).reduce((sum, before) => sum + before.count, 0)}
          width={count}
          height={1}
        />
      ))}
    </svg>
  );
}
