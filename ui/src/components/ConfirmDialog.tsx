import { Button, Group, Modal, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { Failure } from "./Failure";

interface Props {
  opened: boolean;
  onClose: () => void;
  /** What is asked, such as `Delete the schedule nightly?` */
  question: string;
  /** What becomes of things then. */
  explanation?: ReactNode;
  /** The word on the button that does it. */
  verb: string;
  act: () => Promise<unknown>;
}

/** Asks before something is done that cannot be taken back, and says when it did not work. */
export function ConfirmDialog({ opened, onClose, question, explanation, verb, act }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      onClose();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={question} centered closeButtonProps={{ "aria-label": "Close" }}>
      {explanation && (
        <Text fz="sm" mb="md">
          {explanation}
        </Text>
      )}
      {error !== null && <Failure error={error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it as it is
        </Button>
        <Button color="red.9" loading={busy} onClick={() => void go()}>
          {verb}
        </Button>
      </Group>
    </Modal>
  );
}
