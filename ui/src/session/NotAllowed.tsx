import { Text } from "@mantine/core";

import type { Scoped } from "@/api/deed";
import { useWhyNot } from "./useSession";

/** Stands where a form would, for those who may not send it; nothing for the others. */
export function NotAllowed({ to }: { to: Scoped }) {
  const reason = useWhyNot(to);
  if (reason === null) return null;
  return (
    <Text fz="sm" c="dimmed" role="note">
      {reason}
    </Text>
  );
}
