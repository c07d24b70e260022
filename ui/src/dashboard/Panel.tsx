import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

import { Failure } from "@/components/Failure";
import classes from "./Panel.module.css";

interface Props {
  title: string;
  /** Where more of it is. */
  link?: ReactNode;
  error?: unknown;
  children: ReactNode;
}

/** One thing that the dashboard tells. */
export function Panel({ title, link, error, children }: Props) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.head}>
        <Title order={2} id={id} fz="sm">
          {title}
        </Title>
        {link}
      </div>
      {error ? <Failure error={error} /> : children}
    </section>
  );
}

/** What a panel says when there is nothing to tell. */
export function Quiet({ children }: { children: ReactNode }) {
  return <p className={classes.quiet}>{children}</p>;
}
