import { ActionIcon } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";

import { duration } from "@/components/time";
import { StatusIcon } from "@/run/StatusIcon";
import { StepLink } from "@/run/StepLink";
import { countsInWords } from "@/run/together";
import { Bars } from "./Bars";
import { barsOf } from "./bars";
import { DensityStrip } from "./DensityStrip";
import type { Row } from "./rows";
import type { Scale } from "./scale";
import classes from "./Timeline.module.css";

interface Props {
  row: Row;
  top: number;
  scale: Scale;
  now: number;
  selected: boolean;
  onToggle: (key: string, open: boolean) => void;
}

/** One line: what it is and how long it took, and when that was. */
export function TimelineRow({ row, top, scale, now, selected, onToggle }: Props) {
  const { node, collapsed } = row;
  return (
    <li className={classes.row} style={{ transform: `translateY(${top}px)` }} data-selected={selected || undefined}>
      <div className={classes.label} style={{ paddingInlineStart: 4 + Math.min(row.depth, 8) * 14 }}>
        <Toggle row={row} onToggle={onToggle} />
        <StatusIcon status={node.status} size={15} />
        {node.step ? (
          <StepLink path={node.key} className={classes.name} title={node.key}>
            {node.label}
          </StepLink>
        ) : (
          <span className={classes.group} title={node.key}>
            {node.label}
          </span>
        )}
        {collapsed && <Many row={row} />}
        <span className={classes.took}>{duration((node.finished ?? now) - node.started)}</span>
      </div>
      <div className={classes.track}>
        {collapsed ? (
          <DensityStrip
            iterations={collapsed.iterations}
            span={{ from: node.started, to: node.finished ?? now }}
            scale={scale}
            now={now}
            label={countsInWords(collapsed.counts)}
          />
        ) : (
          <Bars bars={node.step ? barsOf(node.step, now) : [groupBar(row, now)]} scale={scale} thin={!node.step} />
        )}
      </div>
    </li>
  );
}

function Toggle({ row: { node, expandable, expanded }, onToggle }: Pick<Props, "row" | "onToggle">) {
  if (!expandable) return <span className={classes.noToggle} />;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={18}
      onClick={() => onToggle(node.key, !expanded)}
      aria-expanded={expanded}
      aria-label={`${expanded ? "Close" : "Open"} ${node.key}`}
    >
      <IconChevronRight size={14} aria-hidden className={classes.chevron} data-open={expanded || undefined} />
    </ActionIcon>
  );
}

/** Of a collapsed block: how many iterations there are, and how many of them failed. */
function Many({ row: { collapsed } }: Pick<Props, "row">) {
  if (!collapsed) return null;
  const { failed = 0 } = collapsed.counts;
  const many = collapsed.iterations.length.toLocaleString("en");
  return (
    <span className={classes.many} title={countsInWords(collapsed.counts)}>
      {failed > 0 ? (
        <span className={classes.failed}>{`${failed.toLocaleString("en")} of ${many} failed`}</span>
      ) : (
        `×${many}`
      )}
    </span>
  );
}

function groupBar({ node }: Row, now: number) {
  const { status, started, finished } = node;
  return {
    kind: "attempt" as const,
    from: started,
    to: finished ?? now,
    status,
    interrupted: false,
    label: node.label,
  };
}
