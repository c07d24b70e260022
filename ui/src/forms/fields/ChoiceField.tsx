import { Input, SegmentedControl, Select, Stack } from "@mantine/core";
import { type FieldProps, setByPath } from "@rjsf/utils";
import { useId, useRef, useState } from "react";

import { bestOption, isNull } from "../schema/fitting";
import { type FormNode, isObject } from "../schema/node";
import { valueOfOption } from "../schema/startingValue";
import { labelOf, nodeOf, schemaOf } from "./labels";
import { optionNames } from "./optionNames";

const MAX_SEGMENTS = 4;
const MAX_LETTERS = 44;

/**
 * One of several shapes. Which one is kept here: a value that fits another while it is typed does not change the form
 * under the reader's hands. What was filled in comes back when its shape is chosen again.
 */
export function ChoiceField(props: FieldProps) {
  const { schema, name, formData, required, registry, fieldPathId, errorSchema, uiSchema, onChange } = props;
  const id = useId();
  const node = nodeOf(schema);
  const options = node.anyOf ?? [];
  const [chosen, setChosen] = useState(() => bestOption(options, formData));
  const held = useRef(new Map<number, unknown>());
  const option = options[chosen];
  const { SchemaField } = registry.fields;
  const choose = (index: number) => {
    const next = options[index];
    if (!next || index === chosen) return;
    held.current.set(chosen, formData);
    setChosen(index);
    onChange(held.current.get(index) ?? startOf(next, formData, required === true), fieldPathId.path);
  };
  /** The first thing that is filled in brings along what its shape must have. */
  const changed: FieldProps["onChange"] = (value, path, ...rest) => {
    const starts = option && formData === undefined ? valueOfOption(option, undefined) : undefined;
    const inside = path.slice(fieldPathId.path.length);
    if (!isObject(starts) || inside.length === 0) onChange(value, path, ...rest);
    else onChange(setByPath(starts, inside, value), fieldPathId.path, ...rest);
  };
  const label = labelOf(name, node.title ?? name) || "Value";
  const hidden = uiSchema?.["ui:options"]?.label === false;
  const own = !option || isNull(option) ? errorSchema?.__errors : undefined;
  const names = optionNames(options);
  return (
    <Input.Wrapper
      id={id}
      label={hidden ? undefined : label}
      labelElement="div"
      description={hidden ? undefined : node.description}
      withAsterisk={required === true && !hidden}
      error={own?.join(" ")}
      errorProps={{ role: "alert" }}
    >
      <Stack gap={6} mt={4} role="group" aria-label={label}>
        {options.length <= MAX_SEGMENTS && names.join("").length <= MAX_LETTERS ? (
          <SegmentedControl
            size="xs"
            aria-label={`Kind of ${label}`}
            value={String(chosen)}
            onChange={(value) => choose(Number(value))}
            data={names.map((text, index) => ({ value: String(index), label: text }))}
            style={{ alignSelf: "flex-start" }}
          />
        ) : (
          <Select
            size="xs"
            aria-label={`Kind of ${label}`}
            value={String(chosen)}
            allowDeselect={false}
            searchable={options.length > MAX_SEGMENTS * 2}
            onChange={(value) => choose(Number(value))}
            data={names.map((text, index) => ({ value: String(index), label: text }))}
          />
        )}
        {option && !isNull(option) && SchemaField && (
          <SchemaField
            key={chosen}
            {...props}
            onChange={changed}
            schema={schemaOf(option)}
            uiSchema={{ "ui:options": { label: false } }}
            title={label}
          />
        )}
      </Stack>
    </Input.Wrapper>
  );
}

/** An optional field whose shape was chosen is still left out until something is in it; null is something. */
function startOf(option: FormNode, before: unknown, required: boolean): unknown {
  if (isNull(option)) return null;
  const starts = valueOfOption(option, before);
  return !required && isObject(starts) && Object.keys(starts).length === 0 ? undefined : starts;
}
