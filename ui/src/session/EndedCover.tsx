import { Button, Modal } from "@mantine/core";

import { keeper } from "./keeper";
import { SignInForm } from "./SignInForm";
import { SignInFrame } from "./SignInFrame";
import { useSession } from "./useSession";

const NOTHING = (): void => undefined;

/** Lies over everything while the session has ended. What was open stays as it is below, and goes on afterwards. */
export default function EndedCover() {
  const session = useSession();
  if (session === null) return null;
  return (
    <Modal
      opened
      onClose={NOTHING}
      fullScreen
      withCloseButton={false}
      closeOnEscape={false}
      padding={0}
      zIndex={1000}
      transitionProps={{ duration: 0 }}
      attributes={{ content: { "aria-label": "Sign in again" } }}
    >
      <SignInFrame
        title="Your session has ended"
        about={
          <>
            Sign in again{session.name && ` as ${session.name}`}, and this page goes on where you were. What you typed
            is still there.
          </>
        }
      >
        <SignInForm oidc={session.oidc} next={null} />
        <Button variant="subtle" fullWidth mt="sm" data-mantine-stop-propagation="true" onClick={() => keeper.forget()}>
          Sign in as somebody else
        </Button>
      </SignInFrame>
    </Modal>
  );
}
