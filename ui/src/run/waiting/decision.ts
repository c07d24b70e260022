import type { StepAnswer } from "@/api/runActions";

import type { Asked } from "./asked";

export type Decision = "accept" | "decline" | "cancel";

interface Choice {
  readonly value: Decision;
  readonly label: string;
}

const APPROVAL: readonly Choice[] = [
  { value: "accept", label: "Approve" },
  { value: "decline", label: "Reject" },
];

const ELICITATION: readonly Choice[] = [
  { value: "accept", label: "Answer" },
  { value: "decline", label: "Decline" },
  { value: "cancel", label: "Dismiss" },
];

/** What can be decided, in the words of the question. Who was sent somewhere says that it is done there. */
export function choicesFor(asked: Asked): readonly Choice[] {
  if (asked.kind === "approval") return APPROVAL;
  return takesData(asked) ? ELICITATION : [{ value: "accept", label: "Done" }, ...ELICITATION.slice(1)];
}

interface Given {
  readonly decision: Decision;
  readonly comment: string;
  readonly by: string;
  readonly data: unknown;
}

/** Exactly what is sent to the service. */
export function answerOf(asked: Asked, { decision, comment, by, data }: Given): StepAnswer {
  const told = {
    comment: comment.trim(),
    data: decision === "accept" && takesData(asked) ? data : null,
    by: by.trim(),
  };
  return asked.kind === "approval" ? { approved: decision === "accept", ...told } : { action: decision, ...told };
}

/** Whether a yes comes with data. A question that only sends the person somewhere takes none. */
export function takesData({ kind, form_schema, requests }: Asked): boolean {
  if (kind === "elicitation" && requests.length > 0) return requests.some((request) => request.form_schema !== null);
  return form_schema !== null;
}
