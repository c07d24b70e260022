import { Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { BulkAction } from "@/api/bulk";
import type { Scoped } from "@/api/deed";
import { cancelRun, deleteRun, forkRun, resumeRun } from "@/api/runActions";
import { type RunRow, runKeys } from "@/api/runs";
import { Failure } from "@/components/Failure";
import { Allowed } from "@/session/Allowed";
import BulkDialog from "./BulkDialog";
import { isFor } from "./bulk";
import classes from "./RunMenu.module.css";

interface Props {
  run: RunRow;
  /** The button that opened it, beside which it stands. */
  button: HTMLButtonElement;
  onClose: () => void;
}

/** What can be done with one run of a list. There is one menu for all rows, so that a row costs little. */
export default function RunMenu({ run, button, onClose }: Props) {
  const [deleting, setDeleting] = useState(false);
  const act = useRunActions(run, onClose);
  const at = button.getBoundingClientRect();
  const offers = (action: BulkAction) => isFor(action, run.status);
  if (deleting)
    return <BulkDialog action="delete" target={{ runs: [run] }} onClose={onClose} onDone={() => undefined} />;
  return (
    <Menu opened onClose={onClose} position="bottom-end" withinPortal trapFocus>
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Actions of the run of ${run.scenario_id}`}
          className={classes.anchor}
          style={{ left: at.right + window.scrollX, top: at.bottom + window.scrollY }}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {act.error !== null && <Failure error={act.error} />}
        {offers("cancel") && (
          <Keeping to={cancelRun} onClick={() => act.mutate("cancel")}>
            Cancel
          </Keeping>
        )}
        {offers("resume") && (
          <Keeping to={resumeRun} onClick={() => act.mutate("resume")}>
            Push on
          </Keeping>
        )}
        {offers("retry") && (
          <Keeping to={forkRun} onClick={() => act.mutate("retry")}>
            Retry from where it failed
          </Keeping>
        )}
        <Keeping to={forkRun} onClick={() => act.mutate("again")}>
          Run again with the same input
        </Keeping>
        <Menu.Item renderRoot={(props) => <Link to="/runs/compare" search={{ a: run.run_id }} {...props} />}>
          Compare with …
        </Menu.Item>
        {offers("delete") && (
          <>
            <Menu.Divider />
            <Allowed to={deleteRun}>
              <Menu.Item c="var(--status-failed)" closeMenuOnClick={false} onClick={() => setDeleting(true)}>
                Delete …
              </Menu.Item>
            </Allowed>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Stays open until it is done, so that a refusal has a place. */
function Keeping({ to, children, onClick }: { to: Scoped; children: string; onClick: () => void }) {
  return (
    <Allowed to={to}>
      <Menu.Item closeMenuOnClick={false} onClick={onClick}>
        {children}
      </Menu.Item>
    </Allowed>
  );
}

function useRunActions({ run_id }: RunRow, onClose: () => void) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (wish: "cancel" | "resume" | "retry" | "again") => {
      if (wish === "cancel" || wish === "resume") await (wish === "cancel" ? cancelRun : resumeRun)(run_id);
      else return (await forkRun(run_id, { retry: wish === "retry" })).run_id;
      return null;
    },
    onSuccess: (made) => {
      onClose();
      if (made) void navigate({ to: "/runs/$runId", params: { runId: made } });
    },
    onSettled: () => cache.invalidateQueries({ queryKey: runKeys.lists }),
  });
}
