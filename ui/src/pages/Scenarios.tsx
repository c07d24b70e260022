import { Button, Code, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import { saveText } from "@/api/editing";
import { type ScenarioSummary, scenariosQuery } from "@/api/scenarios";
import { useShortcut } from "@/app/shortcuts";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { find, tagCounts, tagsOf, withTag } from "@/scenarios/find";
import { useLastRuns } from "@/scenarios/lastRuns";
import { ScenarioItem } from "@/scenarios/ScenarioItem";
import { ScenariosFilter } from "@/scenarios/ScenariosFilter";
import classes from "@/scenarios/ScenariosList.module.css";
import { Allowed } from "@/session/Allowed";
import { useMay } from "@/session/useSession";

/** Every scenario that there is. */
export function Scenarios() {
  const { data, error, refetch } = useQuery(scenariosQuery());
  const navigate = useNavigate({ from: "/scenarios" });
  useShortcut("n", "New scenario", () => void navigate({ to: "/new/scenario" }), {
    offered: false,
    enabled: useMay(saveText),
  });
  return (
    <>
      <PageHeader
        title="Scenarios"
        actions={
          <Allowed to={saveText}>
            <Button
              leftSection={<IconPlus size={15} aria-hidden />}
              renderRoot={(props) => <Link to="/new/scenario" {...props} />}
            >
              New scenario
            </Button>
          </Allowed>
        }
      />
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Text c="dimmed">Loading …</Text>}
      {data?.length === 0 && <NoScenarios />}
      {data && data.length > 0 && <Found scenarios={data} />}
    </>
  );
}

function Found({ scenarios }: { scenarios: readonly ScenarioSummary[] }) {
  const search = useSearch({ from: "/scenarios" });
  const navigate = useNavigate({ from: "/scenarios" });
  const tags = tagsOf(search.tags);
  const found = find(scenarios, { q: search.q ?? "", tags });
  const lastRuns = useLastRuns(scenarios.map((one) => one.scenario_id));
  const set = (changed: { q?: string | undefined; tags?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  const onTag = (tag: string) => set({ tags: withTag(tags, tag) });
  return (
    <>
      <ScenariosFilter
        q={search.q ?? ""}
        onQ={(q) => set({ q: q || undefined })}
        tags={tagCounts(scenarios)}
        chosen={tags}
        onTag={onTag}
      />
      <ul className={classes.list} aria-label="Scenarios">
        {found.map((one) => (
          <ScenarioItem key={one.scenario_id} scenario={one} runs={lastRuns.get(one.scenario_id) ?? []} onTag={onTag} />
        ))}
      </ul>
      {found.length === 0 && <EmptyState title="No scenario fits">Take a tag or a word away.</EmptyState>}
    </>
  );
}

function NoScenarios() {
  return (
    <EmptyState
      title="There are no scenarios yet"
      action={
        <Allowed to={saveText}>
          <Button renderRoot={(props) => <Link to="/new/scenario" {...props} />}>Write the first one</Button>
        </Allowed>
      }
    >
      A scenario is a file in the folder <Code>scenarios</Code>, or it is written here and saved. It says which tools
      are called, in which order and with what.
    </EmptyState>
  );
}
