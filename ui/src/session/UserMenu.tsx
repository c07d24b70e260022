import { Menu, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";

import type { Session } from "@/api/session";
import { at } from "@/components/time";
import { ActionFailed } from "@/run/actions/ActionFailed";
import { keeper } from "./keeper";
import classes from "./UserMenu.module.css";

/** Who is signed in, and the way out. */
export default function UserMenu({ session }: { session: Session }) {
  const leaving = useMutation({ mutationFn: () => keeper.signOut() });
  const name = session.name ?? session.subject ?? "";
  return (
    <>
      <Menu position="bottom-end" shadow="md" width={250}>
        <Menu.Target>
          <UnstyledButton className={classes.button} aria-label={`${name}, ${session.role}: your account`}>
            <IconUserCircle size={20} stroke={1.6} aria-hidden />
            <span className={classes.name}>{name}</span>
            <IconChevronDown size={14} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={classes.who} role="presentation">
            <Text fz="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {name}
            </Text>
            <Text fz="xs" c="dimmed">
              {session.role}
              {session.every_run === false && ", sees own runs only"}
            </Text>
            {session.expires_at && (
              <Text fz="xs" c="dimmed">
                signed in until {at(session.expires_at)}
              </Text>
            )}
          </div>
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leaving.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ActionFailed error={leaving.error} onClose={leaving.reset} title="You are still signed in" />
    </>
  );
}
