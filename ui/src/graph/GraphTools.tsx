import { ActionIcon, Tooltip } from "@mantine/core";
import {
  IconArrowsHorizontal,
  IconArrowsMaximize,
  IconArrowsMoveVertical,
  IconArrowsVertical,
  IconFold,
  IconMinus,
  IconPlus,
  IconVariable,
  type TablerIcon,
} from "@tabler/icons-react";
import { Panel } from "@xyflow/react";

import type { Folds } from "./folds";
import type { Direction } from "./layout";
import classes from "./ScenarioGraph.module.css";
import type { GraphView } from "./useGraphView";

interface Props {
  view: GraphView;
  direction: Direction;
  onDirection: (direction: Direction) => void;
  folds: Folds;
  data: { shown: boolean; onShown: (shown: boolean) => void } | null;
}

/** The buttons of the graph. */
export function GraphTools({ view, direction, onDirection, folds, data }: Props) {
  const open = folds.folded.size === 0;
  return (
    <Panel position="top-right" className={classes.tools ?? ""}>
      {data && (
        <Tool
          label={data.shown ? "Hide data edges" : "Show data edges"}
          Icon={IconVariable}
          pressed={data.shown}
          onClick={() => data.onShown(!data.shown)}
        />
      )}
      {folds.blocks.length > 0 && (
        <Tool
          label={open ? "Fold all blocks" : "Unfold all blocks"}
          Icon={open ? IconFold : IconArrowsMoveVertical}
          onClick={open ? folds.foldAll : folds.unfoldAll}
        />
      )}
      <Tool
        label={direction === "TB" ? "Lay out from left to right" : "Lay out from top to bottom"}
        Icon={direction === "TB" ? IconArrowsHorizontal : IconArrowsVertical}
        onClick={() => onDirection(direction === "TB" ? "LR" : "TB")}
      />
      <Tool label="Zoom out" Icon={IconMinus} onClick={view.zoomOut} />
      <Tool label="Zoom in" Icon={IconPlus} onClick={view.zoomIn} />
      <Tool label="Fit everything" Icon={IconArrowsMaximize} onClick={view.fit} />
    </Panel>
  );
}

interface ToolProps {
  label: string;
  Icon: TablerIcon;
  pressed?: boolean;
  onClick: () => void;
}

function Tool({ label, Icon, pressed, onClick }: ToolProps) {
  return (
    <Tooltip label={label} openDelay={300}>
      <ActionIcon
        variant={pressed ? "filled" : "default"}
        size="md"
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        <Icon size={16} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
