import { Group, SegmentedControl, Skeleton, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { type RevisionSummary, revisionQuery } from "@/api/scenarioHistory";
import { type ScenarioDocument, scenarioQuery } from "@/api/scenarios";
import { Failure } from "@/components/Failure";
import { useScenarioPlace } from "../place";
import { keyOf, nameOf, type Pair } from "./pair";

const DocumentDiff = lazy(() => import("./DocumentDiff").then((module) => ({ default: module.DocumentDiff })));

const VIEWS = [
  { value: "unified", label: "One text" },
  { value: "split", label: "Side by side" },
];

/** What two revisions differ in. */
export function Comparison({ pair }: { pair: Pair }) {
  const older = useDocument(pair.older);
  const newer = useDocument(pair.newer);
  const wide = useMediaQuery("(min-width: 62em)") ?? true;
  const [view, setView] = useState("unified");
  const error = older.error ?? newer.error;
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2}>
          From {nameOf(pair.older)} to {nameOf(pair.newer)}
        </Title>
        {wide && (
          <SegmentedControl size="xs" value={view} onChange={setView} data={VIEWS} aria-label="How the two are shown" />
        )}
      </Group>
      {error && <Failure error={error} title="A revision cannot be shown" />}
      {older.data && newer.data && <Difference from={older.data} to={newer.data} split={wide && view === "split"} />}
    </section>
  );
}

function Difference({ from, to, split }: { from: ScenarioDocument; to: ScenarioDocument; split: boolean }) {
  const [before, after] = [textOf(from), textOf(to)];
  if (before === after) return <Text c="dimmed">Both are the same.</Text>;
  return (
    <Suspense fallback={<Skeleton height="12rem" />}>
      <DocumentDiff before={before} after={after} split={split} />
    </Suspense>
  );
}

function textOf(document: ScenarioDocument): string {
  return JSON.stringify(document, null, 2);
}

/** The document of a revision; what a file holds now has no number and is the scenario's own. */
function useDocument(revision: RevisionSummary): { data: ScenarioDocument | undefined; error: Error | null } {
  const { scenarioId } = useScenarioPlace();
  const saved = useQuery({ ...revisionQuery(scenarioId, revision.number ?? 0), enabled: revision.number !== null });
  const current = useQuery({ ...scenarioQuery(scenarioId), enabled: keyOf(revision) === "file" });
  if (revision.number === null) return { data: current.data?.document, error: current.error };
  return { data: saved.data, error: saved.error };
}
