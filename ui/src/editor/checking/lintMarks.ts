import { type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import type { EditorState, TransactionSpec } from "@codemirror/state";

import type { Diagnostic } from "@/api/scenarios";
import type { PlacedProblem } from "./problemPlaces";

/** A problem in one text, as the tooltip says it: text, never markup. */
export const said = (problem: Diagnostic): string =>
  `${problem.code}  ${problem.message}${problem.hint ? `\n${problem.hint}` : ""}`;

/** Marks the problems in the text and beside its lines, in place of those before. */
export function marking(
  state: EditorState,
  problems: readonly PlacedProblem[],
  actionsOf: (problem: PlacedProblem) => Mark["actions"] = () => [],
): TransactionSpec {
  const length = state.doc.length;
  return setDiagnostics(
    state,
    problems.map((each) => ({
      from: Math.min(each.from, length),
      to: Math.min(each.to, length),
      severity: each.problem.severity,
      message: said(each.problem),
      actions: actionsOf(each) ?? [],
    })),
  );
}
