import { Button, Group, TextInput, VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";

import { useShortcut } from "@/app/shortcuts";

interface Props {
  q: string;
  onQ: (q: string) => void;
  /** All that there are, with their counts. */
  tags: readonly (readonly [string, number])[];
  chosen: readonly string[];
  onTag: (tag: string) => void;
}

/** Words and tags, which are in the address. */
export function ScenariosFilter({ q, onQ, tags, chosen, onTag }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", "Search the scenarios", () => input.current?.focus());
  return (
    <search aria-label="Scenarios">
      <TextInput
        ref={input}
        type="search"
        size="xs"
        aria-label="Name, description or tag"
        placeholder="Name, description or tag"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={q}
        onChange={(event) => onQ(event.currentTarget.value)}
        maw={360}
        mb="xs"
      />
      {tags.length > 0 && (
        <Group component="fieldset" gap={4} bd="none" p={0} m={0}>
          <VisuallyHidden component="legend">Tags</VisuallyHidden>
          {tags.map(([tag, count]) => (
            <Button
              key={tag}
              size="compact-xs"
              variant={chosen.includes(tag) ? "light" : "default"}
              fw={500}
              aria-pressed={chosen.includes(tag)}
              onClick={() => onTag(tag)}
            >
              {tag} {count}
            </Button>
          ))}
        </Group>
      )}
    </search>
  );
}
