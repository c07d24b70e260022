import { ActionIcon, Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconGitFork, IconPlayerStop, IconReload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { cancelRun, deleteRun, forkRun } from "@/api/runActions";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import type { RunView } from "@/live/types";
import { useShownRun } from "@/run/place";
import { Allowed } from "@/session/Allowed";
import { useMay } from "@/session/useSession";
import { ActionFailed } from "./ActionFailed";
import { MoreActions } from "./MoreActions";
import { canBeRetried, hasEnded } from "./possible";
import { useRunShortcuts } from "./useRunShortcuts";

/** What can be done with the run: what is most likely wanted as buttons, the others in a menu. */
export function RunActions({ run }: { run: RunView }) {
  const [asked, setAsked] = useState<"cancel" | "delete" | null>(null);
  const [menu, { close: closeMenu, toggle: toggleMenu }] = useDisclosure();
  const { fork } = useShownRun();
  const retry = useRetry(run.run_id);
  const navigate = useNavigate();
  const ended = hasEnded(run.status);
  const retriable = canBeRetried(run.status);
  const may = { cancel: useMay(cancelRun), fork: useMay(forkRun), remove: useMay(deleteRun) };
  useRunShortcuts({
    cancel: ended || !may.cancel ? null : () => setAsked("cancel"),
    retry: retriable && may.fork ? () => retry.mutate({}) : null,
    fork: may.fork ? () => fork(null) : null,
  });
  return (
    <>
      {!ended && (
        <Allowed to={cancelRun}>
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            onClick={() => setAsked("cancel")}
          >
            Cancel
          </Button>
        </Allowed>
      )}
      {retriable && (
        <Allowed to={forkRun}>
          <Button
            leftSection={<IconReload size={16} aria-hidden />}
            loading={retry.isPending}
            onClick={() => retry.mutate({})}
            title="A new run that takes over what succeeded, and executes anew what failed and what comes after it"
          >
            Retry from the failed step
          </Button>
        </Allowed>
      )}
      <Allowed to={forkRun}>
        <Button variant="default" leftSection={<IconGitFork size={16} aria-hidden />} onClick={() => fork(null)}>
          Fork …
        </Button>
      </Allowed>
      <Menu shadow="md" position="bottom-end" opened={menu} onChange={toggleMenu} onClose={closeMenu}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <MoreActions
          run={run}
          onRetryNewest={retriable && may.fork ? () => retry.mutate({ revision: "latest" }) : null}
          onDelete={ended && may.remove ? () => setAsked("delete") : null}
        />
      </Menu>
      <ActionFailed error={retry.error} onClose={retry.reset} title="The run was not retried" />
      <ConfirmDialog
        opened={asked === "cancel"}
        onClose={() => setAsked(null)}
        question="Cancel this run?"
        explanation="Its tool calls at work are ended, and so are the runs that it began. Steps of a “finally” still run."
        verb="Cancel the run"
        act={() => cancelRun(run.run_id)}
      />
      <ConfirmDialog
        opened={asked === "delete"}
        onClose={() => setAsked(null)}
        question="Delete this run?"
        explanation="It is removed with all its events, and with the runs that its steps began."
        verb="Delete the run"
        act={() => deleteRun(run.run_id).then(() => navigate({ to: "/runs" }))}
      />
    </>
  );
}

function useRetry(runId: string) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (more: { revision?: string }) => forkRun(runId, { retry: true, ...more }),
    onSuccess: (made) => navigate({ to: "/runs/$runId", params: { runId: made.run_id } }),
  });
}
