import { Group, Radio } from "@mantine/core";
import type { WidgetProps } from "@rjsf/utils";

import { useFrame } from "./useFrame";

/** Yes, no, or left out: a box that is not ticked could mean either of the last two. */
export function YesNoField(props: WidgetProps) {
  const { value, required, onChange } = props;
  const { disabled, ...frame } = useFrame(props);
  return (
    <Radio.Group
      {...frame}
      value={typeof value === "boolean" ? String(value) : "none"}
      onChange={(chosen) => onChange(chosen === "none" ? undefined : chosen === "true")}
    >
      <Group gap="md" mt={6}>
        <Radio value="true" label="Yes" size="xs" disabled={disabled} />
        <Radio value="false" label="No" size="xs" disabled={disabled} />
        {required !== true && <Radio value="none" label="Leave out" size="xs" disabled={disabled} />}
      </Group>
    </Radio.Group>
  );
}
