import { Button, Group, Modal, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";

import { isLeaving } from "@/session/keeper";

/** Asks before what is not saved is left; `holds` is asked at that moment. The draft stays in this browser either way. */
export function LeaveGuard({ holds }: { holds: () => boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && holds(),
    enableBeforeUnload: () => holds() && !isLeaving(),
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Modal opened onClose={blocker.reset} title="Leave without saving?" centered>
      <Text fz="sm">
        Your changes are not saved. They stay in this browser as a draft, which is offered when you come back.
      </Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={blocker.reset} data-autofocus>
          Stay here
        </Button>
        <Button color="red" onClick={blocker.proceed}>
          Leave
        </Button>
      </Group>
    </Modal>
  );
}
