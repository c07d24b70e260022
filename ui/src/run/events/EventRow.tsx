import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";

import { JsonView } from "@/components/JsonView";
import { duration } from "@/components/time";
import type { SeenEvent } from "@/live/types";
import { StepLink } from "@/run/StepLink";
import classes from "./Events.module.css";
import { partsOf } from "./eventText";
import { momentOf } from "./filter";

interface Props {
  event: SeenEvent;
  /** When the run began. */
  begin: number;
  absolute: boolean;
  expanded: boolean;
  onToggle: (seq: number) => void;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** An event in a line; all of it when it is opened. */
export function EventRow({ event, begin, absolute, expanded, onToggle }: Props) {
  const { seq, type, data } = event;
  const moment = momentOf(event);
  const path = typeof data.step_path === "string" ? data.step_path : null;
  return (
    <>
      <div className={classes.row}>
        <UnstyledButton
          className={classes.toggle}
          onClick={() => onToggle(seq)}
          aria-expanded={expanded}
          aria-label={`Event ${seq}, ${type}`}
        >
          <IconChevronRight size={13} aria-hidden className={classes.chevron} data-open={expanded || undefined} />
          <span className={classes.seq}>{seq}</span>
        </UnstyledButton>
        <time className={classes.time} dateTime={moment ?? undefined} title={moment ?? ""}>
          {moment === null ? "" : absolute ? clock.format(new Date(moment)) : since(Date.parse(moment) - begin)}
        </time>
        <span className={classes.type}>{type}</span>
        <span className={classes.step}>{path && <StepLink path={path} title={path} className={classes.path} />}</span>
        <span className={classes.text}>
          {partsOf(event).map(({ label, text, tone }) => (
            <span key={label + text.slice(0, 40)} data-tone={tone} className={classes.part}>
              {label && <b>{label}</b>} {text}
            </span>
          ))}
        </span>
      </div>
      {expanded && (
        <div className={classes.json}>
          <JsonView value={data} label={`Event ${seq}`} />
        </div>
      )}
    </>
  );
}

/** Since the run began; what was taken over by a fork is older. */
const since = (milliseconds: number): string =>
  milliseconds < 0 ? `−${duration(-milliseconds)}` : `+${duration(milliseconds)}`;
