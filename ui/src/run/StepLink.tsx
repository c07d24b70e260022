import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { withStep } from "./place";
import classes from "./StepLink.module.css";

interface Props {
  path: string;
  children?: ReactNode;
  /** Beside the class of a link, such as that of a cell. */
  className?: string | undefined;
  title?: string;
}

/** Shows a step of the run beside what is on screen. */
export function StepLink({ path, children = path, className = "", title }: Props) {
  return (
    <Link
      from="/runs/$runId"
      to="."
      search={(before) => withStep(before, path)}
      resetScroll={false}
      preload={false}
      className={`${classes.link ?? ""} ${className}`}
      {...(title === undefined ? {} : { title })}
    >
      {children}
    </Link>
  );
}
