import { Alert, Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Failure } from "@/components/Failure";
import type { Syntax } from "@/editor/text/outline";
import type { Saving } from "./useSaving";

interface Props {
  scenarioId: string;
  saving: Saving;
  syntax: Syntax;
  onDismiss: () => void;
}

/** What became of the last save. */
export function SaveNotice({ scenarioId, saving, syntax, onDismiss }: Props) {
  if (saving.state === "failed") return <Failure error={saving.error} title="Nothing was saved" />;
  if (saving.state !== "saved") return null;
  return (
    <Alert
      color="green"
      variant="light"
      withCloseButton
      closeButtonLabel="Close"
      onClose={onDismiss}
      py="xs"
      role="status"
    >
      <Group gap="md">
        <Text fz="sm">
          Saved as revision {saving.saved.number}.
          {syntax === "yaml" && " The service keeps the document; its comments and layout stay in this browser."}
        </Text>
        <Anchor
          fz="sm"
          fw={600}
          renderRoot={(props) => (
            <Link {...props} to="/scenarios/$scenarioId" params={{ scenarioId }} search={{ run: true }} />
          )}
        >
          Run it
        </Anchor>
      </Group>
    </Alert>
  );
}
