import type { ReactNode } from "react";

/**
 * Stands in for the Markdown renderer that the form library brings along: what a schema says is text, and a third of the
 * form's size is not loaded. `vite.config.ts` puts it there.
 */
export function Markdown({ children }: { children?: ReactNode }) {
  return <>{children}</>;
}
