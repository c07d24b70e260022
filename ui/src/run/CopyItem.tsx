import { Menu } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";

interface Props {
  label: string;
  /** Made when it is wanted: it may be long. */
  text: () => string;
  disabled?: boolean;
}

/** A line of a menu that copies something, and says that it did before the menu closes. */
export function CopyItem({ label, text, disabled = false }: Props) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Menu.Item
      leftSection={clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      onClick={() => clipboard.copy(text())}
      closeMenuOnClick={false}
      disabled={disabled}
    >
      {clipboard.copied ? "Copied" : label}
    </Menu.Item>
  );
}
