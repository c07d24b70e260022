import type { ReactNode } from "react";

import classes from "./KeyValues.module.css";

interface Props {
  /** What is null or undefined is left out. */
  of: readonly (readonly [name: string, value: ReactNode])[];
}

/** What is known of one thing, as a list of names and values. */
export function KeyValues({ of }: Props) {
  const known = of.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (
    <dl className={classes.list}>
      {known.map(([name, value]) => (
        <div key={name} className={classes.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
