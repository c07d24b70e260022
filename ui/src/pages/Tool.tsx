import { Container } from "@mantine/core";

import { ToolPage } from "@/tools/ToolPage";

/** One tool. */
export function Tool() {
  return (
    <Container size="xl" px={0}>
      <ToolPage />
    </Container>
  );
}
