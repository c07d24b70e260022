import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";

import type { ScenarioDocument } from "@/api/scenarios";
import { scenarioTabs } from "@/app/searches";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { GraphPanel } from "./graph/GraphPanel";
import { useScenarioPlace } from "./place";
import { RunsPanel } from "./RunsPanel";
import { RevisionsPanel } from "./revisions/RevisionsPanel";
import classes from "./ScenarioTabs.module.css";
import { SourcePanel } from "./SourcePanel";
import { SchemaPanel } from "./schema/SchemaPanel";
import { useShown } from "./shown";

/** The views of a scenario. */
export function ScenarioTabs() {
  const { tab, goToTab } = useScenarioPlace();
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => goToTab(scenarioTabs.find((each) => each === value) ?? "graph")}
    >
      <Tabs.List className={classes.list ?? ""} mb="md">
        <Tabs.Tab value="graph">Graph</Tabs.Tab>
        <Tabs.Tab value="source">Source</Tabs.Tab>
        <Tabs.Tab value="schema">Input and output</Tabs.Tab>
        <Tabs.Tab value="runs">Runs</Tabs.Tab>
        <Tabs.Tab value="revisions">Revisions</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="graph">
        <OfDocument>{(document) => <GraphPanel document={document} />}</OfDocument>
      </Tabs.Panel>
      <Tabs.Panel value="source">
        <SourcePanel />
      </Tabs.Panel>
      <Tabs.Panel value="schema">
        <OfDocument>{(document) => <SchemaPanel document={document} />}</OfDocument>
      </Tabs.Panel>
      <Tabs.Panel value="runs">
        <RunsPanel />
      </Tabs.Panel>
      <Tabs.Panel value="revisions">
        <RevisionsPanel />
      </Tabs.Panel>
    </Tabs>
  );
}

/** What needs a document that could be read. */
function OfDocument({ children }: { children: (document: ScenarioDocument) => ReactNode }) {
  const { document, failure, text } = useShown();
  if (document) return children(document);
  if (failure) return <Failure error={failure} title="The document cannot be shown" />;
  if (text.revision === "")
    return (
      <EmptyState title="This text is no scenario yet">The source says at which line it cannot be read.</EmptyState>
    );
  return null;
}
