import { Link } from "@tanstack/react-router";

import type { Stats } from "@/api/stats";
import { StatusBadge } from "@/components/StatusBadge";
import { duration } from "@/components/time";
import classes from "@/dashboard/lists.module.css";

/** The executions of steps that took longest, each a way to where it stands in its run. */
export function SlowSteps({ of: steps }: { of: Stats["slowest_steps"] }) {
  return (
    <ul className={classes.list}>
      {steps.map((step) => (
        <li key={`${step.run_id} ${step.step_path}`} className={classes.item}>
          <div className={classes.line}>
            <Link
              to="/runs/$runId"
              params={{ runId: step.run_id }}
              search={{ tab: "timeline", step: step.step_path }}
              className={classes.link}
              title={step.step_path}
            >
              {step.step_path}
            </Link>
            <span style={{ fontVariantNumeric: "tabular-nums" }}>{duration(step.duration_ms)}</span>
          </div>
          <div className={classes.facts}>
            <StatusBadge status={step.status} size="sm" />
            <span title={step.scenario_id}>{step.scenario_id}</span>
            <span>{step.tool ?? step.step_type}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}
