import { Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { useSession } from "@/session/useSession";
import classes from "./Keyboard.module.css";
import { KeyLegend } from "./KeyLegend";
import { type Place, placesFor } from "./places";
import { useShortcut } from "./shortcuts";

const Palette = lazy(() => import("@/palette/Palette"));
const ShortcutHelp = lazy(() => import("@/palette/ShortcutHelp"));

/** What keys do on every page: go to places, find anything, tell which keys there are. The button does it by mouse. */
export function Keyboard() {
  const [finding, palette] = useDisclosure();
  const [helping, help] = useDisclosure();
  const session = useSession();
  useShortcut("mod+k", "Find anything", palette.open, { where: "everywhere" });
  useShortcut("?", "Show these shortcuts", help.open, { where: "everywhere" });
  return (
    <>
      {placesFor(session).map((place) => (
        <PlaceKeys key={place.to} {...place} />
      ))}
      <UnstyledButton className={classes.find} onClick={palette.open} aria-haspopup="dialog">
        <IconSearch size={15} aria-hidden />
        <span className={classes.label}>Find anything</span>
        <Text component="span" visibleFrom="xs">
          <KeyLegend keys="mod+k" />
        </Text>
      </UnstyledButton>
      <Suspense>
        {finding && <Palette onClose={palette.close} onHelp={help.open} />}
        {helping && <ShortcutHelp onClose={help.close} />}
      </Suspense>
    </>
  );
}

function PlaceKeys({ to, keys, label }: Place) {
  const router = useRouter();
  useShortcut(keys, `Go to ${label}`, () => void router.navigate({ to }), { where: "everywhere" });
  return null;
}
