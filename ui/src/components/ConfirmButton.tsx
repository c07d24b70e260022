import { Button, type ButtonProps, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";

import { Failure } from "./Failure";

interface Props extends ButtonProps {
  children: string;
  /** What is asked, such as `Delete the schedule nightly?` */
  question: string;
  /** What becomes of things then. */
  explanation?: ReactNode;
  /** The word on the button that does it. */
  verb: string;
  act: () => Promise<unknown>;
}

/** A button for what cannot be taken back: it asks first, and says when it did not work. */
export function ConfirmButton({ children, question, explanation, verb, act, ...button }: Props) {
  const [opened, dialog] = useDisclosure();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      dialog.close();
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button variant="default" {...button} onClick={dialog.open}>
        {children}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={question} centered>
        {explanation && (
          <Text fz="sm" mb="md">
            {explanation}
          </Text>
        )}
        {error !== null && <Failure error={error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={dialog.close} data-autofocus>
            Keep it as it is
          </Button>
          <Button color="red" loading={busy} onClick={() => void go()}>
            {verb}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
