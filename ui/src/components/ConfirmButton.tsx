import { Button, type ButtonProps } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

import type { Scoped } from "@/api/deed";
import { Allowed } from "@/session/Allowed";
import { ConfirmDialog } from "./ConfirmDialog";

interface Props extends ButtonProps {
  /** What `act` does. */
  to: Scoped;
  children: string;
  /** What is asked, such as `Delete the schedule nightly?` */
  question: string;
  /** What becomes of things then. */
  explanation?: ReactNode;
  /** The word on the button that does it. */
  verb: string;
  act: () => Promise<unknown>;
}

/** A button for what cannot be taken back. */
export function ConfirmButton({ to, children, question, explanation, verb, act, ...button }: Props) {
  const [opened, dialog] = useDisclosure();
  return (
    <>
      <Allowed to={to}>
        <Button variant="default" {...button} onClick={dialog.open}>
          {children}
        </Button>
      </Allowed>
      <ConfirmDialog
        opened={opened}
        onClose={dialog.close}
        question={question}
        explanation={explanation}
        verb={verb}
        act={act}
      />
    </>
  );
}
