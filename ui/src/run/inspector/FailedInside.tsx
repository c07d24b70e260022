import { useSteps } from "@/live";
import type { StepView } from "@/live/types";
import { useShownRun } from "@/run/place";
import { StepLink } from "@/run/StepLink";
import { failedInside } from "./failedInside";
import classes from "./Inspector.module.css";
import { Section } from "./Section";

const FEW = 10;

/** Of a block: which steps in it failed. */
export function FailedInside({ step }: { step: StepView }) {
  const failed = failedInside(useSteps(useShownRun().store), step.path);
  if (failed.length === 0) return null;
  return (
    <Section title={`Failed inside (${failed.length.toLocaleString("en")})`}>
      <ul className={classes.list}>
        {failed.slice(0, FEW).map(({ path, message }) => (
          <li key={path}>
            <StepLink path={path} /> {message}
          </li>
        ))}
        {failed.length > FEW && <li>… and {(failed.length - FEW).toLocaleString("en")} more: filter the timeline.</li>}
      </ul>
    </Section>
  );
}
