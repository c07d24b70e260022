import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** What a place says that has nothing to show yet: why, and what to do. */
export function EmptyState({ title, children, action }: Props) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Title order={2} fz="md">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" fz="sm" maw={460}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
