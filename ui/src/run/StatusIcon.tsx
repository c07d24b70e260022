import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClockPause,
  IconHourglass,
  IconLoader2,
  IconPlayerSkipForward,
  type TablerIcon,
} from "@tabler/icons-react";

import type { Status } from "@/components/StatusBadge";
import classes from "./StatusIcon.module.css";

const ICONS: Readonly<Record<Status, TablerIcon>> = {
  queued: IconHourglass,
  running: IconLoader2,
  waiting: IconClockPause,
  success: IconCircleCheck,
  failed: IconCircleX,
  cancelled: IconBan,
  skipped: IconPlayerSkipForward,
};

/** A status where there is no room for its word: a shape and a colour, and the word for those who cannot see them. */
export function StatusIcon({ status, size = 16 }: { status: Status; size?: number }) {
  const Icon = ICONS[status];
  return (
    <Icon className={classes.icon ?? ""} data-status={status} size={size} stroke={2} role="img" aria-label={status} />
  );
}
