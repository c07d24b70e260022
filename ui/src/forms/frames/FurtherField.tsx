import { ActionIcon, Box, Group, TextInput } from "@mantine/core";
import { ADDITIONAL_PROPERTY_FLAG, type FieldTemplateProps } from "@rjsf/utils";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { removing } from "./removing";

/** A field that the schema does not name: the reader names it, and may remove it. */
export function FurtherField(props: FieldTemplateProps & { children: ReactNode }) {
  const { schema, label, disabled, readonly, onKeyRenameBlur, onRemoveProperty, children } = props;
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return children;
  const off = disabled || readonly;
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        label="Name"
        defaultValue={label}
        disabled={off}
        onBlur={onKeyRenameBlur}
        flex="0 1 11rem"
        autoComplete="off"
      />
      <Box flex={1} miw={0}>
        {children}
      </Box>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={off}
        aria-label={`Remove the field ${label}`}
        onClick={removing(onRemoveProperty)}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
