import { Container } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { Failure } from "@/components/Failure";

/** A page that could not be shown; the others still work. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Container size="sm" py="xl">
      <Failure error={error} onRetry={reset} />
    </Container>
  );
}
