import { Modal, Stack, Switch, Text, Title } from "@mantine/core";

import { KeyLegend } from "@/app/KeyLegend";
import { type Shortcut, useShortcuts, useSingleKeys } from "@/app/shortcuts";
import { useFocusBack } from "@/components/useFocusBack";
import classes from "./ShortcutHelp.module.css";

/** Which keys do something now, here and everywhere. */
export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  useFocusBack();
  const shortcuts = useShortcuts().filter(({ keys }) => keys !== "");
  const [on, setOn] = useSingleKeys();
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size="lg">
      <Stack>
        <div className={classes.columns}>
          <Keys title="On this page" shortcuts={shortcuts.filter(({ where }) => where === "page")} />
          <Keys title="Everywhere" shortcuts={shortcuts.filter(({ where }) => where === "everywhere")} />
        </div>
        <Text fz="sm" c="dimmed">
          Tab goes from one thing to the next, Enter opens it. Keys do nothing while you type.
        </Text>
        <Switch
          label="Keys without Ctrl or Cmd count"
          description="Switch this off if you speak to the computer, or hit keys by accident."
          checked={on}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  );
}

function Keys({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  if (shortcuts.length === 0) return null;
  return (
    <section>
      <Title order={3}>{title}</Title>
      <dl className={classes.list}>
        {shortcuts.map(({ keys, description }) => (
          <div key={`${keys} ${description}`}>
            <dt>{description}</dt>
            <dd>
              <KeyLegend keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
