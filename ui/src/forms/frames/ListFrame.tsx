import { ActionIcon, Box, Button, Group, Stack, Text } from "@mantine/core";
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from "@rjsf/utils";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";

import { labelOf, nodeOf } from "../fields/labels";
import classes from "./frames.module.css";
import { RequiredMark } from "./ObjectFrame";
import { removing } from "./removing";

/** The items of a list. */
export function ListFrame(props: ArrayFieldTemplateProps) {
  const { items, fieldPathId, schema, title, required, canAdd, disabled, readonly, uiSchema, onAddClick } = props;
  const node = nodeOf(schema);
  const name = String(fieldPathId.path.at(-1) ?? "");
  const label = labelOf(name, title || name) || "Items";
  const hidden = uiSchema?.["ui:options"]?.label === false;
  return (
    <fieldset className={classes.group ?? ""} aria-label={hidden ? label : undefined}>
      {!hidden && (
        <legend className={classes.legend ?? ""}>
          {label}
          {required && <RequiredMark />}
        </legend>
      )}
      <Stack gap="xs" className={classes.body ?? ""}>
        {node.description && !hidden && (
          <Text c="dimmed" fz="xs">
            {node.description}
          </Text>
        )}
        {items}
        {canAdd && (
          <Button
            data-adds
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={(disabled || readonly) ?? false}
            onClick={onAddClick}
            aria-label={`Add an item to ${label}`}
            style={{ alignSelf: "flex-start" }}
          >
            Add an item
          </Button>
        )}
      </Stack>
    </fieldset>
  );
}

/** One item, and what can be done with it. The buttons at the ends stay in place, so that the focus does, too. */
export function ItemFrame({ children, buttonsProps, index, disabled, readonly }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps;
  const off = (disabled || readonly) ?? false;
  const item = `item ${index + 1}`;
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap">
      <Box flex={1} miw={0}>
        {children}
      </Box>
      <Group gap={2} wrap="nowrap" className={classes.tools ?? ""}>
        <ActionIcon
          {...quiet}
          aria-label={`Move ${item} up`}
          aria-disabled={!hasMoveUp}
          data-disabled={!hasMoveUp || off}
          onClick={hasMoveUp && !off ? onMoveUpItem : undefined}
        >
          <IconArrowUp size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon
          {...quiet}
          aria-label={`Move ${item} down`}
          aria-disabled={!hasMoveDown}
          data-disabled={!hasMoveDown || off}
          onClick={hasMoveDown && !off ? onMoveDownItem : undefined}
        >
          <IconArrowDown size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon
          {...quiet}
          aria-label={`Remove ${item}`}
          disabled={off || !hasRemove}
          onClick={removing(onRemoveItem)}
        >
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </Group>
    </Group>
  );
}

const quiet = { variant: "subtle", color: "gray", size: "md" } as const;
