import { MultiSelect, Select } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";

import { shown } from "../schema/formNode";
import { same } from "../schema/merged";
import { nodeOf } from "./labels";
import { useFrame } from "./useFrame";

const SEARCHABLE_FROM = 8;
const SHOWN_AT_ONCE = 200;

/** One value of several, or some of them. The values keep their own types: a number stays one, null stays null. */
export function SelectField(props: WidgetProps) {
  const { value, schema, required, multiple, onChange } = props;
  const frame = useFrame(props);
  const node = multiple ? (nodeOf(schema).items ?? {}) : nodeOf(schema);
  const values = node.enum ?? [];
  const indexOf = (wanted: unknown): string | null => {
    const index = values.findIndex((each) => same(each, wanted));
    return index < 0 ? null : String(index);
  };
  const common = {
    ...frame,
    data: values.map((each, index) => ({ value: String(index), label: node.names?.[index] ?? shown(each) })),
    searchable: values.length > SEARCHABLE_FROM,
    limit: SHOWN_AT_ONCE,
    nothingFoundMessage: "Nothing is called so.",
  };
  if (multiple) {
    const held = Array.isArray(value) ? value.map(indexOf).filter((index) => index !== null) : [];
    return (
      <MultiSelect {...common} value={held} onChange={(chosen) => onChange(chosen.map((at) => values[Number(at)]))} />
    );
  }
  const index = value === undefined ? null : indexOf(value);
  return (
    <Select
      {...common}
      value={index}
      placeholder={value === undefined || index !== null ? "Choose" : `${shown(value)} is none of these`}
      clearable={required !== true}
      allowDeselect={required !== true}
      onChange={(chosen) => onChange(chosen === null ? undefined : values[Number(chosen)])}
    />
  );
}
