import { Modal } from "@mantine/core";

import { Failure } from "@/components/Failure";

/** Says why something that a button was to do did not happen. */
export function ActionFailed({ error, title, onClose }: { error: unknown; title: string; onClose: () => void }) {
  return (
    <Modal
      opened={Boolean(error)}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Failure error={error} />
    </Modal>
  );
}
