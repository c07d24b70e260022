import { Box, Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Props {
  title: string;
  /** What stands in the browser's tab, when it is not the title. */
  tab?: string;
  subtitle?: ReactNode;
  /** Beside the title, such as a status. */
  beside?: ReactNode;
  actions?: ReactNode;
}

/** The head of a page: its name, which is also the tab's, and what can be done there. */
export function PageHeader({ title, tab, subtitle, beside, actions }: Props) {
  useEffect(() => {
    document.title = `${tab ?? title} · Callsheet`;
  }, [tab, title]);
  return (
    <Group component="header" justify="space-between" align="flex-start" gap="sm" mb="md">
      <Box miw={0} flex="1 1 20rem">
        <Group gap="sm">
          <Title order={1} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {beside}
        </Group>
        {subtitle && (
          <Text component="div" c="dimmed" fz="sm" mt={2}>
            {subtitle}
          </Text>
        )}
      </Box>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
