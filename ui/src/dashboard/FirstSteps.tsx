import { Button, Code, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { saveText } from "@/api/editing";
import { startRun } from "@/api/runActions";
import type { ScenarioSummary } from "@/api/scenarios";
import { EmptyState } from "@/components/EmptyState";
import { Allowed } from "@/session/Allowed";
import { useMay } from "@/session/useSession";
import classes from "./lists.module.css";
import { Panel } from "./Panel";

const SHOWN = 6;

/** What somebody does who comes here first: nothing has run yet. */
export function FirstSteps({ scenarios }: { scenarios: readonly ScenarioSummary[] }) {
  const able = scenarios.filter(({ problems }) => problems.every(({ severity }) => severity !== "error"));
  const may = useMay(startRun);
  if (able.length === 0) return <NoScenario broken={scenarios.length} />;
  return (
    <Panel
      title={may ? "Start your first run" : "Nothing has run yet"}
      link={<Link to="/scenarios">All scenarios</Link>}
    >
      <ul className={classes.list}>
        {able.slice(0, SHOWN).map(({ scenario_id, name, description }) => (
          <li key={scenario_id} className={classes.item}>
            <Link
              to="/scenarios/$scenarioId"
              params={{ scenarioId: scenario_id }}
              search={may ? { run: true } : {}}
              className={classes.link}
            >
              {may && "Run "}
              {name || scenario_id}
            </Link>
            {description && (
              <Text fz="sm" c="dimmed" lineClamp={2}>
                {description}
              </Text>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function NoScenario({ broken }: { broken: number }) {
  return (
    <EmptyState
      title={broken > 0 ? "No scenario can run yet" : "There is no scenario yet"}
      action={
        broken > 0 ? (
          <Link to="/scenarios">See what is wrong with them</Link>
        ) : (
          <Allowed to={saveText}>
            <Button renderRoot={(props) => <Link to="/new/scenario" {...props} />}>Write a scenario</Button>
          </Allowed>
        )
      }
    >
      A scenario says which tools are called, in which order and with what. It is a file in the folder{" "}
      <Code>scenarios</Code>, or it is written here. The tools come from the servers that <Code>mcp.json</Code> names.
    </EmptyState>
  );
}
