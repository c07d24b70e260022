import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";

import type { NewKey } from "@/api/keys";
import { useFocusBack } from "@/components/useFocusBack";
import { KeyForm } from "./KeyForm";
import classes from "./NewKeyDialog.module.css";

/** Makes a key, and shows it: this once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  useFocusBack();
  const [made, setMade] = useState<NewKey | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? `The key of ${made.name}` : "New key"}
      size="lg"
      // It is not shown again: nothing but the button lets go of it.
      closeOnClickOutside={made === null}
      closeOnEscape={made === null}
      withCloseButton={made === null}
    >
      {made ? <Made made={made} onClose={onClose} /> : <KeyForm onMade={setMade} onCancel={onClose} />}
    </Modal>
  );
}

function Made({ made, onClose }: { made: NewKey; onClose: () => void }) {
  const use = `curl -H "Authorization: Bearer $CALLSHEET_API_KEY" ${location.origin}/api/runs`;
  return (
    <Stack gap="md">
      <Alert color="gray" variant="light" title="Copy it now: it is not shown again">
        The service keeps only a digest of it. If it is lost, make another one and revoke this.
      </Alert>
      <div className={classes.frame}>
        <output className={classes.key} aria-label="The new key">
          {made.key}
        </output>
        <CopyButton value={made.key}>
          {({ copied, copy }) => (
            <Button
              onClick={copy}
              data-autofocus
              leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </div>
      <Text fz="sm">
        Set as <Code>CALLSHEET_API_KEY</Code>, the command line uses it. Over HTTP:
      </Text>
      <Code block style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {use}
      </Code>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          I have copied it
        </Button>
      </Group>
    </Stack>
  );
}
