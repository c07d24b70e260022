import { JsonView } from "@/components/JsonView";
import { withoutSteps } from "@/run/definition";
import { ClosedSection } from "./Section";

/** How the scenario defines the step; steps inside of it have places of their own. */
export function Definition({ definition }: { definition: Readonly<Record<string, unknown>> }) {
  return (
    <ClosedSection title="Definition">
      <JsonView value={withoutSteps(definition)} label="Definition of the step" />
    </ClosedSection>
  );
}
