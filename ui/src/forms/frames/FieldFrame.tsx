import { Box, Button, Group, Text } from "@mantine/core";
import type { FieldTemplateProps } from "@rjsf/utils";

import { pointerOf } from "../check/pointer";
import { labelOf, nodeOf } from "../fields/labels";
import { shown } from "../schema/formNode";
import { same } from "../schema/merged";
import type { FormNode } from "../schema/node";
import { FurtherField } from "./FurtherField";

const MAX_EXAMPLES = 3;
const MAX_LETTERS = 60;

/** One place of the value: its field, what is wrong with it as a whole, and examples to take over. */
export function FieldFrame(props: FieldTemplateProps) {
  const { children, fieldPathId, schema, rawErrors, formData, disabled, required, label, onChange } = props;
  const node = nodeOf(schema);
  const [only, ...others] = node.enum ?? [];
  if (node.enum && others.length === 0 && only !== null && required && same(formData, only)) {
    return (
      <Text fz="sm" c="dimmed" data-pointer={pointerOf(fieldPathId.path)}>
        {labelOf(String(fieldPathId.path.at(-1) ?? ""), label)}: {shown(only)}
      </Text>
    );
  }
  const examples = (node.examples ?? []).slice(0, MAX_EXAMPLES).filter((example) => !same(example, formData));
  return (
    <Box data-pointer={pointerOf(fieldPathId.path)} data-kind={kindOf(node)}>
      <FurtherField {...props}>{children}</FurtherField>
      {kindOf(node) === "group" && rawErrors && rawErrors.length > 0 && (
        <Text role="alert" c="var(--mantine-color-error)" fz="xs" mt={4} tabIndex={-1}>
          {rawErrors.join(" ")}
        </Text>
      )}
      {examples.length > 0 && !disabled && (
        <Group gap={6} mt={4}>
          <Text fz="xs" c="dimmed">
            {examples.length === 1 ? "Example:" : "Examples:"}
          </Text>
          {examples.map((example) => (
            <Button
              key={JSON.stringify(example)}
              size="compact-xs"
              variant="default"
              fw={400}
              title={shown(example)}
              aria-label={`Use the example ${shown(example)}`}
              onClick={() => onChange(structuredClone(example), fieldPathId.path)}
            >
              {cut(shown(example))}
            </Button>
          ))}
        </Group>
      )}
    </Box>
  );
}

/** How problems are shown: at an input, at a part that is JSON, or under a group, whose inputs show only their own. */
function kindOf(node: FormNode): "group" | "json" | "field" {
  if (node.type === "json") return "json";
  return (node.type === "object" || node.type === "array") && !node.uniqueItems ? "group" : "field";
}

const cut = (text: string): string => (text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS)}…` : text);
