import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type ScenarioText, scenarioTextQuery } from "@/api/editing";
import { scenarioCheckQuery } from "@/api/scenarioCheck";
import { scenarioQuery } from "@/api/scenarios";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { useScenarioPlace } from "./place";
import { RunDrawer } from "./run/RunDrawer";
import { ScenarioHeader } from "./ScenarioHeader";
import { ScenarioTabs } from "./ScenarioTabs";
import { Shown } from "./shown";

/** One scenario. Its text is there even when it cannot be read as a scenario, so the page begins with that. */
export function ScenarioPage() {
  const { scenarioId } = useScenarioPlace();
  const { data, error, refetch } = useQuery({ ...scenarioTextQuery(scenarioId), refetchOnWindowFocus: true });
  if (data) return <Known key={scenarioId} text={data} />;
  if (error) {
    return (
      <>
        <PageHeader title={scenarioId} />
        <Failure error={error} title="This scenario cannot be shown" onRetry={() => void refetch()} />
      </>
    );
  }
  return <Loader size="sm" role="status" aria-label="Loading the scenario" />;
}

function Known({ text }: { text: ScenarioText }) {
  const document = useQuery({ ...scenarioQuery(text.scenario_id), enabled: text.revision !== "" });
  const checked = useQuery(scenarioCheckQuery(text));
  const shown = useMemo(
    () => ({
      text,
      document: document.data?.document ?? null,
      failure: document.error,
      checked: checked.data ?? null,
    }),
    [text, document.data, document.error, checked.data],
  );
  return (
    <Shown value={shown}>
      <ScenarioHeader />
      <ScenarioTabs />
      <RunDrawer />
    </Shown>
  );
}
