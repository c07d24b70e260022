import { Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Inspector.module.css";

/** A part of what is known of a step. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Title order={3} className={classes.heading}>
        {title}
      </Title>
      {children}
    </section>
  );
}

/** A part that few people look at: it begins closed. */
export function ClosedSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className={classes.section}>
      <summary className={classes.heading}>{title}</summary>
      {children}
    </details>
  );
}
