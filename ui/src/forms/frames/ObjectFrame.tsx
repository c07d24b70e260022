import { Button, Stack, Text } from "@mantine/core";
import { canExpand, type ObjectFieldTemplateProps } from "@rjsf/utils";
import { IconPlus } from "@tabler/icons-react";

import { labelOf, nodeOf } from "../fields/labels";
import classes from "./frames.module.css";

/** The fields of an object; the outermost one needs no frame. */
export function ObjectFrame(props: ObjectFieldTemplateProps) {
  const { properties, fieldPathId, schema, title, required, uiSchema, formData, disabled, readonly, onAddProperty } =
    props;
  const node = nodeOf(schema);
  const isRoot = fieldPathId.path.length === 0;
  const name = String(fieldPathId.path.at(-1) ?? "");
  const body = (
    <Stack gap="sm">
      {properties.filter((property) => !property.hidden).map((property) => property.content)}
      {properties.length === 0 && !node.additionalProperties && (
        <Text c="dimmed" fz="sm">
          There is nothing to fill in.
        </Text>
      )}
      {canExpand(schema, uiSchema, formData) && (
        <Button
          data-adds
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={Boolean(disabled || readonly)}
          onClick={onAddProperty}
          style={{ alignSelf: "flex-start" }}
        >
          Add a field
        </Button>
      )}
    </Stack>
  );
  if (isRoot) return body;
  const label = title ? labelOf(name, title) : "";
  return (
    <fieldset className={classes.group ?? ""} aria-label={label ? undefined : name}>
      {label && (
        <legend className={classes.legend ?? ""}>
          {label}
          {required && <RequiredMark />}
        </legend>
      )}
      {node.description && title && (
        <Text c="dimmed" fz="xs" mb="xs">
          {node.description}
        </Text>
      )}
      <div className={classes.body}>{body}</div>
    </fieldset>
  );
}

export function RequiredMark() {
  return (
    <Text component="span" c="var(--mantine-color-error)" aria-hidden>
      {" *"}
    </Text>
  );
}
