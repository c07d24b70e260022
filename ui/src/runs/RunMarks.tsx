import { IconCornerDownRight, IconGitFork } from "@tabler/icons-react";

import type { RunRow } from "@/api/runs";
import classes from "./RunsTable.module.css";

/** Where a run came from, when it was not simply started: a step of another run, or a fork of one. */
export function RunMarks({ run }: { run: Pick<RunRow, "parent_run_id" | "forked_from"> }) {
  return (
    <>
      {run.parent_run_id !== null && <Mark Icon={IconCornerDownRight} text="Begun by a step of another run" />}
      {run.forked_from !== null && <Mark Icon={IconGitFork} text={forkText(run.forked_from.from_step)} />}
    </>
  );
}

const forkText = (step: string | null): string =>
  step === null ? "A fork: all steps anew" : `A fork: anew from '${step}'`;

function Mark({ Icon, text }: { Icon: typeof IconGitFork; text: string }) {
  return (
    <span className={classes.mark} title={text}>
      <Icon size={14} role="img" aria-label={text} />
    </span>
  );
}
