import { useShortcut } from "@/app/shortcuts";

const NOTHING = (): void => undefined;

interface Actions {
  /** Null for what cannot be done now. */
  readonly cancel: (() => void) | null;
  readonly retry: (() => void) | null;
  readonly fork: (() => void) | null;
}

/** What can be done with the run by keys. */
export function useRunShortcuts({ cancel, retry, fork }: Actions): void {
  useShortcut("c", "Cancel the run", cancel ?? NOTHING, { enabled: cancel !== null });
  useShortcut("r", "Retry the run from the failed step", retry ?? NOTHING, { enabled: retry !== null });
  useShortcut("f", "Fork the run", fork ?? NOTHING, { enabled: fork !== null });
}
