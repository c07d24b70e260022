import { Button, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import { type ScenarioText, scenarioTextQuery } from "@/api/editing";
import { Failure } from "@/components/Failure";
import { useFocusBack } from "@/components/useFocusBack";
import type { Syntax } from "@/editor/text/outline";

const Differences = lazy(() => import("./Differences").then((module) => ({ default: module.Differences })));

interface Props {
  scenarioId: string;
  mine: string;
  syntax: Syntax;
  onTakeTheirs: (theirs: ScenarioText) => void;
  /** Save mine as the revision after theirs. */
  onKeepMine: (theirs: ScenarioText) => void;
  onClose: () => void;
}

/** Somebody saved meanwhile: theirs and mine side by side, and what becomes of them. */
export function ConflictDialog({ scenarioId, mine, syntax, onTakeTheirs, onKeepMine, onClose }: Props) {
  useFocusBack();
  const { data, error, isFetching } = useQuery(scenarioTextQuery(scenarioId));
  // What is there from before is what the change was made from, not theirs.
  const theirs = isFetching ? undefined : data;
  return (
    <Modal opened onClose={onClose} title="Somebody else saved this scenario meanwhile" size="90rem" centered>
      <Stack gap="sm">
        <Text fz="sm">
          {theirs?.read_only
            ? `It is the file ${theirs.path} now, which is changed in its folder. Your text is still in the editor.`
            : "Nothing of yours is saved or lost. On the left is what is saved now, on the right is your text."}
        </Text>
        {error && <Failure error={error} title="What is saved now cannot be shown" />}
        {!theirs && !error && <Loader size="sm" role="status" aria-label="Loading what is saved now" />}
        {theirs && (
          <Suspense fallback={<Loader size="sm" role="status" aria-label="Comparing" />}>
            <Differences theirs={theirs} mine={mine} syntax={syntax} />
          </Suspense>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Go on editing
          </Button>
          {theirs && (
            <Button variant="default" onClick={() => onTakeTheirs(theirs)}>
              Take theirs
            </Button>
          )}
          {theirs && !theirs.read_only && (
            <Button onClick={() => onKeepMine(theirs)}>Keep mine on top of theirs</Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
