import { Code, Group, Text } from "@mantine/core";

interface Props {
  of: readonly string[];
  /** The variable that sets one, up to the name. */
  prefix: string;
}

/** Names that scenarios may declare; values are the operator's and never leave the service. */
export function Names({ of, prefix }: Props) {
  if (of.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        None. The variable <Code>{prefix}NAME</Code> of the service's environment makes one.
      </Text>
    );
  }
  return (
    <Group gap="xs">
      {of.map((name) => (
        <Code key={name}>{name}</Code>
      ))}
    </Group>
  );
}
