import { JsonView } from "@/components/JsonView";
import type { StepView } from "@/live/types";
import { definitionOf, toolOf } from "@/run/definition";
import { useShownRun } from "@/run/place";
import { ClosedSection } from "./Section";

/** What was sent to a tool and what came back, in one piece each. */
export function RawCall({ step }: { step: StepView }) {
  const { document } = useShownRun();
  if (step.type !== "tool") return null;
  const tool = toolOf(document, definitionOf(document, step.name));
  const called = { ...tool, arguments: step.omitted.input === undefined ? step.input : "too large, see above" };
  const output = step.omitted.output === undefined ? step.output : "too large, see above";
  return (
    <>
      <ClosedSection title="Request">
        <JsonView value={called} label="Request to the tool" />
      </ClosedSection>
      {step.finished_at !== null && (
        <ClosedSection title="Response">
          <JsonView
            value={step.error ? { is_error: true, error: step.error } : { is_error: false, output }}
            label="Response of the tool"
          />
        </ClosedSection>
      )}
    </>
  );
}
