import { Menu } from "@mantine/core";
import { IconArrowsDiff, IconPlayerPlay, IconPlayerTrackNext, IconReload, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { resumeRun, startRun } from "@/api/runActions";
import type { RunView } from "@/live/types";
import { CopyItem } from "@/run/CopyItem";
import { curlOfRun } from "@/run/curl";
import { Allowed } from "@/session/Allowed";
import { ActionFailed } from "./ActionFailed";
import { hasEnded } from "./possible";

interface Props {
  run: RunView;
  /** Null when there is nothing to retry. */
  onRetryNewest: (() => void) | null;
  /** Null while the run cannot be removed. */
  onDelete: (() => void) | null;
}

/** The menu of what is done with a run less often. */
export function MoreActions({ run, onRetryNewest, onDelete }: Props) {
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: () => startRun(run.scenario_id, asInput(run.input)),
    onSuccess: (made) => navigate({ to: "/runs/$runId", params: { runId: made.run_id } }),
  });
  const resume = useMutation({ mutationFn: () => resumeRun(run.run_id) });
  const failed = again.error ?? resume.error;
  const tooLarge = run.omitted.input !== undefined;
  return (
    <>
      <Menu.Dropdown>
        <Allowed to={startRun}>
          <Menu.Item
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={() => again.mutate()}
            disabled={tooLarge}
          >
            Run again with the same input
          </Menu.Item>
        </Allowed>
        {onRetryNewest && (
          <Menu.Item leftSection={<IconReload size={16} aria-hidden />} onClick={onRetryNewest}>
            Retry with the newest revision
          </Menu.Item>
        )}
        {!hasEnded(run.status) && run.status !== "running" && (
          <Allowed to={resumeRun}>
            <Menu.Item leftSection={<IconPlayerTrackNext size={16} aria-hidden />} onClick={() => resume.mutate()}>
              Push on (resume)
            </Menu.Item>
          </Allowed>
        )}
        {run.forked_from && (
          <Menu.Item
            leftSection={<IconArrowsDiff size={16} aria-hidden />}
            renderRoot={(props) => (
              <Link to="/runs/compare" search={{ a: run.forked_from?.run_id ?? "", b: run.run_id }} {...props} />
            )}
          >
            Compare with its origin
          </Menu.Item>
        )}
        <Menu.Divider />
        <CopyItem label="Copy link" text={() => globalThis.location.href} />
        <CopyItem label="Copy as curl" text={() => curlOfRun(run.scenario_id, run.input)} disabled={tooLarge} />
        {onDelete && (
          <>
            <Menu.Divider />
            <Menu.Item c="var(--status-failed)" leftSection={<IconTrash size={16} aria-hidden />} onClick={onDelete}>
              Delete …
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
      <ActionFailed
        error={failed}
        title="That did not work"
        onClose={() => {
          again.reset();
          resume.reset();
        }}
      />
    </>
  );
}

function asInput(input: unknown): Record<string, unknown> {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}
