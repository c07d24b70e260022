import { Button } from "@mantine/core";
import { useMemo, useState } from "react";

import classes from "./JsonChanges.module.css";
import { type JsonChange, jsonDiff } from "./jsonDiff";

interface Props {
  before: unknown;
  after: unknown;
  /** What is compared, such as `Input`. */
  label: string;
}

const SHOWN = 12;

/** The places in which two values differ, each with what stands there in either. */
export function JsonChanges({ before, after, label }: Props) {
  const changes = useMemo(() => jsonDiff(before, after), [before, after]);
  const [all, setAll] = useState(false);
  if (changes.length === 0) return <p className={classes.alike}>{label}: the same in both.</p>;
  const shown = all ? changes : changes.slice(0, SHOWN);
  return (
    <div className={classes.frame}>
      <p className={classes.label}>
        {label}: {changes.length === 1 ? "1 difference" : `${changes.length.toLocaleString("en")} differences`}
      </p>
      <ul className={classes.list}>
        {shown.map((change) => (
          <Change key={change.pointer} change={change} />
        ))}
      </ul>
      {shown.length < changes.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          Show all
        </Button>
      )}
    </div>
  );
}

function Change({ change }: { change: JsonChange }) {
  return (
    <li className={classes.change} data-kind={change.kind}>
      <code className={classes.pointer}>{change.pointer || "(the whole value)"}</code>
      {change.kind !== "added" && <Value side="A" value={change.before} />}
      {change.kind !== "removed" && <Value side="B" value={change.after} />}
      {change.kind !== "changed" && <span className={classes.only}>only in {change.kind === "added" ? "B" : "A"}</span>}
    </li>
  );
}

const LONG = 2000;

function Value({ side, value }: { side: "A" | "B"; value: unknown }) {
  const text = JSON.stringify(value) ?? "nothing";
  return (
    <span className={classes.value} data-side={side}>
      <b>{side}</b>
      <code>{text.length > LONG ? `${text.slice(0, LONG)} …` : text}</code>
    </span>
  );
}
