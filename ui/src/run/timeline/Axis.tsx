import { useElementSize } from "@mantine/hooks";
import { marksOf, type Scale } from "./scale";

import classes from "./Timeline.module.css";

/** Pixels between two marks, at least. */
const APART = 70;

/** The time since the run began, along the top; it stays there while the lines scroll. */
export function Axis({ scale }: { scale: Scale }) {
  const { ref, width } = useElementSize();
  return (
    <div className={classes.axis} aria-hidden>
      <div className={classes.corner}>since the beginning</div>
      <div ref={ref} className={classes.marks}>
        {marksOf(scale, Math.max(2, width / APART)).map((mark) => (
          <span key={mark.place} className={classes.mark} style={{ left: `${mark.place * 100}%` }}>
            {mark.label}
          </span>
        ))}
      </div>
    </div>
  );
}
