import type { StepView } from "@/live/types";

/** The steps inside a block in which something failed, not the blocks between that failed with them. */
export function failedInside(steps: readonly StepView[], block: string): readonly StepView[] {
  return steps.filter(
    ({ status, path, error }) => status === "failed" && isInside(path, block) && (error?.step ?? path) === path,
  );
}

function isInside(path: string, block: string): boolean {
  return path.length > block.length && path.startsWith(block) && ".[@".includes(path.charAt(block.length));
}
