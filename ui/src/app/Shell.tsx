import { AppShell, Burger, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useRouter, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";

import { focusAfterNavigation } from "@/app/focusAfterNavigation";
import { Keyboard } from "@/app/Keyboard";
import { keepFocus } from "@/app/keepFocus";
import { placesFor } from "@/app/places";
// Not from "@/live": what a run page needs is not for the first load.
import { ConnectionNotice } from "@/live/ConnectionNotice";
import { useLiveLists } from "@/live/useLiveLists";
import { PageGate } from "@/session/PageGate";
import { useSession } from "@/session/useSession";
import classes from "./Shell.module.css";

const UserMenu = lazy(() => import("@/session/UserMenu"));

/** What every page stands in: the way to the others, and the way past it for those who use the keyboard. */
export function Shell() {
  useLiveLists();
  const [opened, menu] = useDisclosure();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu of a small window
  useEffect(menu.close, [pathname]);
  const router = useRouter();
  useEffect(() => focusAfterNavigation(router), [router]);
  useEffect(keepFocus, []);
  const session = useSession();
  return (
    <AppShell
      header={{ height: 48, collapsed: false }}
      navbar={{ width: 212, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className={classes.skip} href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={menu.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label="Menu"
            aria-expanded={opened}
          />
          <Link to="/" className={classes.brand}>
            <img src="/favicon.svg" alt="" width={22} height={22} />
            <Text component="span" fw={700}>
              Callsheet
            </Text>
          </Link>
          <ConnectionNotice />
          <Keyboard />
          <Suspense>{session?.auth === "on" && <UserMenu session={session} />}</Suspense>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        {placesFor(session).map(({ to, label, Icon, holds }) => (
          <NavLink
            key={to}
            renderRoot={(props) => <Link to={to} {...props} />}
            label={label}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
            active={holds(pathname)}
            aria-current={holds(pathname) ? "page" : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <PageGate />
      </AppShell.Main>
    </AppShell>
  );
}
