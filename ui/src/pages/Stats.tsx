import { Alert, Group, Loader, NativeSelect, SegmentedControl, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import { scenariosQuery } from "@/api/scenarios";
import { type Stats as Report, statsQuery } from "@/api/stats";
import { statsWindows } from "@/app/searches";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { Panel, Quiet } from "@/dashboard/Panel";
import { moment } from "@/runs/filter";
import { FailureCodes } from "@/stats/FailureCodes";
import { FiguresTable } from "@/stats/FiguresTable";
import { scenarioLines, toolLines } from "@/stats/lines";
import { SlowSteps } from "@/stats/SlowSteps";
import classes from "@/stats/Stats.module.css";

type Window = (typeof statsWindows)[number];

const WORDS: Readonly<Record<Window, string>> = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };

/** How runs and tool calls went: what succeeds, how long it takes, what fails. */
export function Stats() {
  const { window = "7d", scenario_id: scenarioId } = useSearch({ from: "/stats" });
  const navigate = useNavigate({ from: "/stats" });
  const set = (changed: { window?: Window | undefined; scenario_id?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  const since = () => moment(window, Date.now()) ?? "";
  const { data, error, refetch } = useQuery(statsQuery(window, since, scenarioId));
  return (
    <>
      <PageHeader
        title="Statistics"
        subtitle={data ? counted(data, window) : "How runs and tool calls went."}
        actions={
          <>
            <Scenario value={scenarioId} onChange={(id) => set({ scenario_id: id })} />
            <SegmentedControl
              size="xs"
              aria-label="Time"
              data={statsWindows.map((value) => ({ value, label: WORDS[value] }))}
              value={window}
              onChange={(value) => set({ window: statsWindows.find((one) => one === value && one !== "7d") })}
            />
          </>
        }
      />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loader size="sm" role="status" aria-label="Counting" />}
      {data &&
        (data.runs === 0 ? <Nothing window={window} /> : <Figures of={data} since={window} scenarioId={scenarioId} />)}
    </>
  );
}

const counted = ({ runs }: Report, window: Window): string =>
  `${runs === 1 ? "1 run" : `${runs.toLocaleString("en")} runs`} that started in the last ${WORDS[window]}.`;

function Scenario({ value, onChange }: { value: string | undefined; onChange: (id: string | undefined) => void }) {
  const { data = [] } = useQuery(scenariosQuery());
  const ids = [...new Set([...data.map((one) => one.scenario_id), ...(value ? [value] : [])])].sort();
  return (
    <NativeSelect
      aria-label="Scenario"
      size="xs"
      maw={240}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
      data={[{ value: "", label: "All scenarios" }, ...ids.map((id) => ({ value: id, label: id }))]}
    />
  );
}

function Nothing({ window }: { window: Window }) {
  return (
    <EmptyState
      title={`Nothing ran in the last ${WORDS[window]}`}
      action={
        <Group gap="md" fz="sm">
          <Link to="/scenarios">Run a scenario</Link>
          <Link to="/triggers">Let a schedule do it</Link>
        </Group>
      }
    >
      As soon as something has run, this page says how often it succeeds, how long it takes and why it fails. Look
      further back, or at all scenarios, if you expected something here.
    </EmptyState>
  );
}

interface FiguresProps {
  of: Report;
  since: Window;
  scenarioId: string | undefined;
}

function Figures({ of: data, since, scenarioId }: FiguresProps) {
  return (
    <Stack gap="md" className={classes.page}>
      {data.truncated && (
        <Alert color="yellow" variant="light" py="xs">
          There are more runs than are counted: these are the newest {data.runs.toLocaleString("en")}. Choose a shorter
          time or one scenario to count all.
        </Alert>
      )}
      <Panel title="Scenarios">
        <FiguresTable label="Scenarios" what="Scenario" counted="Runs" of={scenarioLines(data, since)} />
      </Panel>
      <Panel title="Tools">
        {data.tools.length === 0 ? (
          <Quiet>No tool was called.</Quiet>
        ) : (
          <FiguresTable label="Tools" what="Tool" counted="Calls" of={toolLines(data)} />
        )}
      </Panel>
      <div className={classes.pair}>
        <Panel title="Slowest steps">
          {data.slowest_steps.length === 0 ? <Quiet>No step has ended.</Quiet> : <SlowSteps of={data.slowest_steps} />}
        </Panel>
        <Panel
          title="Failures by code"
          link={
            <Link to="/runs" search={{ status: "failed", started_after: since }}>
              All failed runs
            </Link>
          }
        >
          {data.failures.length === 0 ? (
            <Quiet>No run failed.</Quiet>
          ) : (
            <FailureCodes of={data.failures} since={since} scenarioId={scenarioId} />
          )}
        </Panel>
      </div>
    </Stack>
  );
}
