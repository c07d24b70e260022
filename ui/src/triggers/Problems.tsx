import { Alert, Code, List, Text } from "@mantine/core";

import type { Schema } from "@/api/client";

/** Why a schedule or hook can start nothing. */
export function Problems({ of }: { of: readonly Schema<"ScenarioProblem">[] }) {
  if (of.length === 0) return null;
  return (
    <Alert color="red" variant="light" title="It has errors and starts nothing" mb="md">
      <List size="sm" spacing={4}>
        {of.map((problem) => (
          <List.Item key={`${problem.code} ${problem.pointer} ${problem.message}`}>
            <Code>{problem.code}</Code>{" "}
            {problem.pointer && (
              <Text span ff="monospace" fz="xs">
                {problem.pointer}
              </Text>
            )}{" "}
            {problem.message} {problem.hint}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
