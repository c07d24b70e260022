import { Alert, Button, Group, Text } from "@mantine/core";

import { Moment } from "@/components/Moment";
import type { KeptText } from "./keptTexts";

interface Props {
  draft: KeptText;
  /** The revision that is saved now. */
  revision: string | null;
  onTake: () => void;
  onDrop: () => void;
}

/** Offers what was not saved when this page was left. */
export function DraftNotice({ draft, revision, onTake, onDrop }: Props) {
  const old = draft.revision !== revision;
  return (
    <Alert color="gray" variant="light" py="xs" title="There is a draft that was not saved">
      <Group gap="sm">
        <Text fz="sm" flex="1 1 18rem">
          Kept in this browser: <Moment at={draft.at} />.
          {old && " What is saved has been changed since; saving the draft will show what differs."}
        </Text>
        <Button size="xs" onClick={onTake}>
          Go on with the draft
        </Button>
        <Button size="xs" variant="default" onClick={onDrop}>
          Throw it away
        </Button>
      </Group>
    </Alert>
  );
}
