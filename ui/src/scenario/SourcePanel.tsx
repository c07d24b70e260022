import { Button, CopyButton, Group, Stack, Text } from "@mantine/core";

import { SourceView } from "@/editor";
import { ProblemList } from "./ProblemList";
import { NO_DIAGNOSTICS, useShown } from "./shown";

/** The text as it is kept, with what is wrong at its lines, and as a list before it. */
export function SourcePanel() {
  const { text, checked } = useShown();
  const diagnostics = checked?.diagnostics ?? NO_DIAGNOSTICS;
  return (
    <Stack gap="sm">
      <ProblemList of={diagnostics} />
      <Group justify="space-between" gap="xs">
        <Text fz="sm" c="dimmed">
          {text.syntax === "yaml" ? "YAML" : "JSON"}
          {text.read_only ? ", a file that is changed in its folder" : ", as it was saved"}
        </Text>
        <CopyButton value={text.source}>
          {({ copied, copy }) => (
            <Button variant="default" size="compact-sm" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Group>
      <SourceView text={text.source} syntax={text.syntax} diagnostics={diagnostics} label="Source of the scenario" />
    </Stack>
  );
}
