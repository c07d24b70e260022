import { Badge } from "@mantine/core";

import type { RunStatus, StepStatus } from "@/api/runs";
import classes from "./StatusBadge.module.css";

export type Status = RunStatus | StepStatus;

/** A status as a coloured dot and its word: the word is what counts, for not everybody sees the colour. */
export function StatusBadge({ status, size = "md" }: { status: Status; size?: "sm" | "md" }) {
  return (
    <Badge className={classes.badge} variant="transparent" size={size} data-status={status} tt="none" fw={550} px={0}>
      {status}
    </Badge>
  );
}
