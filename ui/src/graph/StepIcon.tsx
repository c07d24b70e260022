import {
  IconArrowsSplit2,
  IconCircleX,
  IconClockPause,
  IconCornerDownLeft,
  IconFileText,
  IconGitBranch,
  IconHelpCircle,
  IconListNumbers,
  IconRefresh,
  IconRepeat,
  IconShieldCheck,
  IconTool,
  IconTransform,
  IconUserCheck,
  type TablerIcon,
} from "@tabler/icons-react";

import type { StepKind } from "./outline";

const ICONS: Readonly<Record<StepKind, TablerIcon>> = {
  tool: IconTool,
  sequence: IconListNumbers,
  parallel: IconArrowsSplit2,
  foreach: IconRepeat,
  loop: IconRefresh,
  switch: IconGitBranch,
  transform: IconTransform,
  scenario: IconFileText,
  wait: IconClockPause,
  approval: IconUserCheck,
  try: IconShieldCheck,
  fail: IconCircleX,
  return: IconCornerDownLeft,
  unknown: IconHelpCircle,
};

/** The picture of a step type; its word stands beside it or in the name of what it is in. */
export function StepIcon({ kind, size = 16 }: { kind: StepKind; size?: number }) {
  const Icon = ICONS[kind];
  return <Icon size={size} stroke={1.7} aria-hidden />;
}
