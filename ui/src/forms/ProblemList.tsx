import { Alert, Code, List } from "@mantine/core";

import type { Problem } from "./check/problems";

/** Problems that have no field to stand at, with where they are. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  return (
    <Alert color="red" variant="light" role="alert" title="This cannot be sent yet" tabIndex={-1}>
      <List fz="sm" spacing={2}>
        {problems.map(({ pointer, message }) => (
          <List.Item key={`${pointer} ${message}`} style={{ overflowWrap: "anywhere" }}>
            {pointer !== "" && <Code>{pointer}</Code>} {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
