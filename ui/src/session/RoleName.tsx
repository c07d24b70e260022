import { Text } from "@mantine/core";

import type { Role } from "@/api/session";
import { meaningOf } from "./scopes";

/** A role; what it means on hover. */
export function RoleName({ role }: { role: Role }) {
  return (
    <Text component="span" inherit fw={550} title={meaningOf[role]}>
      {role}
    </Text>
  );
}
