import { Alert, Button, Checkbox, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { BULK_LIMIT, type BulkAction, bulkRuns } from "@/api/bulk";
import { cancelRun, deleteRun, forkRun, resumeRun } from "@/api/runActions";
import { type RunFilter, type RunRow, runKeys } from "@/api/runs";
import { Failure } from "@/components/Failure";
import { useFocusBack } from "@/components/useFocusBack";
import { Allowed } from "@/session/Allowed";
import { BulkResults } from "./BulkResults";
import { isFor, type Verb, verbs, withEach } from "./bulk";
import { RunList } from "./RunList";

/** The runs that somebody selected, or whatever a filter finds. */
export type Target = { readonly runs: readonly RunRow[] } | { readonly filter: RunFilter };

interface Props {
  action: BulkAction;
  target: Target;
  onClose: () => void;
  onDone: () => void;
}

/** Says first with how many runs and which something will be done, asks, does it, and tells what became of each. */
export default function BulkDialog({ action, target, onClose, onDone }: Props) {
  useFocusBack();
  const verb = verbs[action];
  const [latest, setLatest] = useState(false);
  const cache = useQueryClient();
  const found = useQuery({
    queryKey: [...runKeys.all, "bulk", action, target],
    queryFn: () => find(action, target),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const work = useMutation({
    mutationFn: () => carryOut(action, target, latest),
    onSuccess: onDone,
    onSettled: () => cache.invalidateQueries({ queryKey: runKeys.lists }),
  });
  return (
    <Modal opened onClose={onClose} title={`${verb.label} runs`} closeOnClickOutside={!work.isPending} size="lg">
      <Stack gap="sm">
        {found.error && <Failure error={found.error} />}
        {found.isPending && <Looking />}
        {found.data && !work.data && <Question verb={verb} {...found.data} latest={latest} onLatest={setLatest} />}
        {work.error && <Failure error={work.error} />}
        {work.data && <BulkResults verb={verb} {...work.data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {work.data ? "Close" : "Leave them"}
          </Button>
          {found.data && found.data.ids.length > 0 && !work.data && (
            <Allowed to={deeds[action]}>
              <Button
                color={action === "delete" ? "red.9" : undefined}
                loading={work.isPending}
                onClick={() => work.mutate()}
              >
                {verb.label} {runs(found.data.ids.length)}
              </Button>
            </Allowed>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

interface Found {
  ids: readonly string[];
  more: boolean;
  /** Selected, and not such that this can be done with them. */
  unfit: number;
}

async function find(action: BulkAction, target: Target): Promise<Found> {
  if ("runs" in target) {
    const fit = target.runs.filter((run) => isFor(action, run.status));
    return { ids: fit.map((run) => run.run_id), more: false, unfit: target.runs.length - fit.length };
  }
  const { done, more } = await bulkRuns({ action, filter: target.filter, latest: false, dryRun: true });
  return { ids: done, more, unfit: 0 };
}

async function carryOut(action: BulkAction, target: Target, latest: boolean) {
  if ("filter" in target) return bulkRuns({ action, filter: target.filter, latest, dryRun: false });
  const fit = target.runs.filter((run) => isFor(action, run.status));
  return { ...(await withEach(fit, one(action, latest))), more: false };
}

/** What is done to each run; with all that a filter finds it is `bulkRuns`, which takes the same. */
const deeds = { cancel: cancelRun, resume: resumeRun, delete: deleteRun, retry: forkRun, all: bulkRuns } as const;

function one(action: BulkAction, latest: boolean): (runId: string) => Promise<unknown> {
  if (action === "retry") return (runId) => forkRun(runId, { retry: true, revision: latest ? "latest" : null });
  return deeds[action];
}

const runs = (count: number): string => (count === 1 ? "1 run" : `${count.toLocaleString("en")} runs`);

function Looking() {
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" /> <Text fz="sm">Looking which runs that would be …</Text>
    </Group>
  );
}

interface QuestionProps extends Found {
  verb: Verb;
  latest: boolean;
  onLatest: (latest: boolean) => void;
}

function Question({ verb, ids, more, unfit, latest, onLatest }: QuestionProps) {
  if (ids.length === 0) return <Text fz="sm">There is no run here with which that can be done.</Text>;
  return (
    <>
      <Text fz="sm">
        {runs(ids.length)}. {verb.means}
      </Text>
      <RunList ids={ids} />
      {more && (
        <Alert color="yellow" variant="light">
          There are more: at most {BULK_LIMIT.toLocaleString("en")} are taken at once, the newest first. Do it again for
          the others.
        </Alert>
      )}
      {unfit > 0 && (
        <Text fz="sm" c="dimmed">
          {runs(unfit)} of the selection {unfit === 1 ? "is" : "are"} left out, as their state does not allow it.
        </Text>
      )}
      {verb.action === "retry" && (
        <Checkbox
          checked={latest}
          onChange={(event) => onLatest(event.currentTarget.checked)}
          label="With each scenario as it is in the catalog now"
        />
      )}
    </>
  );
}
