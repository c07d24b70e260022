import { Tooltip } from "@mantine/core";
import { useContext, useId } from "react";

import { Actions } from "./actions";
import type { DataLine } from "./dataLines";
import classes from "./lines.module.css";
import { useSelected } from "./marks";

/** Which step reads what of which other one: an overlay, for it is not the order in which steps run. */
export function DataLines({ lines }: { lines: readonly DataLine[] }) {
  const id = useId();
  return (
    <>
      <svg className={classes.lines} aria-hidden="true" focusable="false">
        <defs>
          <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0.5 8 4 0 7.5z" fill="var(--mantine-primary-color-filled)" />
          </marker>
        </defs>
        {lines.map((line) => (
          <Curve key={line.id} line={line} marker={`url(#${id})`} />
        ))}
      </svg>
      {lines.map((line) => (
        <Dot key={line.id} line={line} />
      ))}
    </>
  );
}

function Curve({ line, marker }: { line: DataLine; marker: string }) {
  const from = useSelected(line.from);
  const to = useSelected(line.to);
  return <path className={classes.data} data-touched={from || to} d={line.path} markerEnd={marker} />;
}

/** In the middle of a curve: what is read, and the way to the step that reads it. */
function Dot({ line }: { line: DataLine }) {
  const { select } = useContext(Actions);
  const [x, y] = line.middle;
  const shown = line.expressions.slice(0, 8).map(cut);
  const more = line.expressions.length - shown.length;
  const label = `${line.to} reads ${line.from}: ${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
  return (
    <Tooltip label={label} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
      <button
        type="button"
        className={classes.dot}
        style={{ left: x, top: y }}
        aria-label={label}
        onClick={() => select(line.to)}
      />
    </Tooltip>
  );
}

function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
