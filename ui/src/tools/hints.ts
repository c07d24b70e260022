import type { ToolSummary } from "@/api/tools";

/** A word for what a tool says of itself, and what it means. The server's own claim: nothing checks it. */
export interface Hint {
  word: string;
  meaning: string;
}

const HINTS: Readonly<Record<string, { yes: Hint; no?: Hint }>> = {
  readOnlyHint: { yes: { word: "read-only", meaning: "The tool says that it changes nothing." } },
  destructiveHint: {
    yes: { word: "destructive", meaning: "The tool says that it may remove or overwrite something." },
    no: { word: "adds only", meaning: "The tool says that it removes and overwrites nothing." },
  },
  idempotentHint: {
    yes: {
      word: "idempotent",
      meaning: "The tool says that a second call with the same arguments changes nothing more.",
    },
  },
  openWorldHint: {
    yes: { word: "open world", meaning: "The tool says that it reaches things outside, such as the web." },
    no: { word: "closed world", meaning: "The tool says that it stays within its own data." },
  },
};

export function hintsOf(annotations: ToolSummary["annotations"]): Hint[] {
  return Object.entries(HINTS).flatMap(([key, { yes, no }]) => {
    const claimed = annotations?.[key];
    if (claimed === true) return [yes];
    return claimed === false && no ? [no] : [];
  });
}

export const isDestructive = (annotations: ToolSummary["annotations"]): boolean =>
  annotations?.destructiveHint === true;

/** The title that a tool gives itself, when that is not its name. */
export function titleOf({ annotations, name }: ToolSummary): string | undefined {
  const title = annotations?.title;
  return typeof title === "string" && title !== "" && title !== name ? title : undefined;
}
