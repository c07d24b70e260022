import type { Wait } from "@/live/types";

type Fields = Readonly<Record<string, unknown>>;

/** One question of those that a person is asked: a form, or a link to somewhere else. */
export interface Request {
  readonly key: string;
  readonly message: string;
  readonly form_schema: Fields | null;
  /** Where the person is sent; whether that can be a link, `linkOf` says. */
  readonly url: string | null;
}

/** What a step asks a person. */
export interface Asked {
  readonly kind: "approval" | "elicitation";
  readonly message: string;
  readonly assignees: readonly string[];
  /** What the answer's data must fit; null when there is no form. */
  readonly form_schema: Fields | null;
  readonly requests: readonly Request[];
  /** The tool that asks, such as `travel/book`; without its server where the step names none. */
  readonly tool: string | null;
}

/** What is asked of a person; null for a wait that ends by itself. */
export function askedBy({ waits_for }: Wait): Asked | null {
  const { kind } = waits_for;
  if (kind !== "approval" && kind !== "elicitation") return null;
  const tool = kind === "elicitation" ? toolOf(waits_for) : null;
  return {
    kind,
    tool,
    message: shown(waits_for.message),
    assignees: listOf(waits_for.assignees).filter((each) => typeof each === "string"),
    form_schema: objectOf(waits_for.form_schema),
    requests: listOf(waits_for.requests).map((each) => requestOf(objectOf(each) ?? {})),
  };
}

/** The tool of a wait, such as `travel/book`; without its server where the step names none. */
export const toolOf = ({ server, tool }: Fields): string => [textOf(server), textOf(tool)].filter(Boolean).join("/");

function requestOf(fields: Fields): Request {
  return {
    key: textOf(fields.key),
    message: textOf(fields.message),
    form_schema: objectOf(fields.form_schema),
    url: textOf(fields.url) || null,
  };
}

/** An address that a browser may be sent to: others, such as `javascript:`, are no links. */
export function linkOf(value: unknown): string | null {
  return typeof value === "string" && /^https?:\/\//i.test(value) ? value : null;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** A message may be any value of the document. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function objectOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
