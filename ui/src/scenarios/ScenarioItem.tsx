import { Badge, Button, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { startRun } from "@/api/runActions";
import type { RunRow } from "@/api/runs";
import type { ScenarioSummary } from "@/api/scenarios";
import { StatusBadge } from "@/components/StatusBadge";
import { useAgo } from "@/runs/runTime";
import { Allowed } from "@/session/Allowed";
import { LastRuns } from "./LastRuns";
import classes from "./ScenarioItem.module.css";

interface Props {
  scenario: ScenarioSummary;
  runs: readonly RunRow[];
  onTag: (tag: string) => void;
}

/** One scenario of the list: what it is for, how it went of late, and the way to run it. */
export function ScenarioItem({ scenario, runs, onTag }: Props) {
  const { scenario_id: scenarioId, name, description, tags, problems, source, read_only: isFile } = scenario;
  const errors = problems.filter(({ severity }) => severity === "error");
  const last = runs[0];
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <h2 className={classes.name}>
          <Link to="/scenarios/$scenarioId" params={{ scenarioId }} className={classes.link} title={name}>
            {name || scenarioId}
          </Link>
        </h2>
        <code className={classes.id} title={scenarioId}>
          {scenarioId}
          <span className={classes.source} title={isFile ? "A file, which is changed there" : "Saved through the API"}>
            {source}
          </span>
        </code>
        {description && (
          <Text fz="sm" c="dimmed" lineClamp={2} title={description}>
            {description}
          </Text>
        )}
        {problems[0] && (
          <Problem message={(errors[0] ?? problems[0]).message} errors={errors.length} all={problems.length} />
        )}
        {tags.length > 0 && (
          <div className={classes.tags}>
            {tags.map((tag) => (
              <Badge
                key={tag}
                component="button"
                variant="default"
                size="sm"
                tt="none"
                fw={500}
                onClick={() => onTag(tag)}
                aria-label={`Only scenarios with the tag ${tag}`}
              >
                {tag}
              </Badge>
            ))}
          </div>
        )}
      </div>
      <div className={classes.runs}>
        {last ? (
          <>
            <LastRuns runs={runs} />
            <Last run={last} />
          </>
        ) : (
          <Text fz="xs" c="dimmed">
            Has not run of late
          </Text>
        )}
      </div>
      <div className={classes.act}>
        {errors.length === 0 && (
          <Allowed to={startRun}>
            <Button
              variant="default"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              renderRoot={(props) => (
                <Link to="/scenarios/$scenarioId" params={{ scenarioId }} search={{ run: true }} {...props} />
              )}
              aria-label={`Run ${name || scenarioId}`}
            >
              Run
            </Button>
          </Allowed>
        )}
      </div>
    </li>
  );
}

function Last({ run }: { run: RunRow }) {
  const started = useAgo(run.started_at);
  return (
    <div className={classes.last}>
      <StatusBadge status={run.status} size="sm" />
      <span>{started}</span>
    </div>
  );
}

function Problem({ message, errors, all }: { message: string; errors: number; all: number }) {
  const more = all > 1 ? ` And ${all - 1} more.` : "";
  return (
    <p className={classes.problem} data-error={errors > 0 || undefined}>
      <b>{errors > 0 ? "Cannot run:" : "Warning:"}</b> {message}
      {more}
    </p>
  );
}
