import { Loader, Text } from "@mantine/core";
import { Suspense, useMemo, useState } from "react";

import { ScenarioGraph } from "@/graph";
import type { StepView } from "@/live/types";
import { isPicked, latestAttempts, NONE, type Picks, picksOf, repicked } from "@/run/picks";
import { usePlace, useShownRun } from "@/run/place";
import { segmentsOf } from "@/run/stepPath";
import classes from "./GraphTab.module.css";
import { IterationPickers } from "./IterationPickers";
import { nodeStatesOf } from "./nodeStates";
import { useReferences } from "./useReferences";

/** The scenario as the run goes through it: one iteration of each block, or all of them counted. */
export function GraphTab() {
  const { store, document } = useShownRun();
  const { step, goToStep } = usePlace();
  const [picks, setPicks] = usePicks(step);
  const states = useMemo(() => nodeStatesOf(store, picks), [store, picks]);
  const references = useReferences(store.runId, document);
  if (document === null) return <Text c="dimmed">The scenario of this run is being looked for …</Text>;
  const open = (nodeId: string | null) => {
    if (nodeId === null) return goToStep(null);
    const here = latestAttempts(store.executions(nodeId).filter(({ path }) => isPicked(path, picks)));
    goToStep(mostTelling(here)?.path ?? nodeId);
  };
  const pick = (owner: string, iteration: number | null) => {
    const next = repicked(picks, owner, iteration);
    setPicks(next);
    if (step === null || isPicked(step, next)) return;
    const name = segmentsOf(step).at(-1)?.name ?? step;
    const same = latestAttempts(store.executions(name).filter(({ path }) => isPicked(path, next)));
    goToStep(same[0]?.path ?? null);
  };
  return (
    <>
      <IterationPickers picks={picks} onPick={pick} />
      <div className={classes.frame}>
        <Suspense fallback={<Loader size="sm" m="md" role="status" aria-label="The graph is being loaded" />}>
          <ScenarioGraph
            document={document}
            states={states}
            dataEdges={references}
            selected={step === null ? null : (segmentsOf(step).at(-1)?.name ?? null)}
            onSelect={open}
          />
        </Suspense>
      </div>
    </>
  );
}

/** Of several executions of a node the one that somebody who clicks it wants to see. */
function mostTelling(executions: readonly StepView[]): StepView | undefined {
  return (
    executions.find(({ status }) => status === "failed") ??
    executions.find(({ status }) => status === "waiting" || status === "running") ??
    executions.at(-1)
  );
}

/** What is picked; a step that an address names picks the iterations that it lies in. */
function usePicks(step: string | null): readonly [Picks, (picks: Picks) => void] {
  const [picks, setPicks] = useState(() => (step === null ? NONE : picksOf(step)));
  const [seen, setSeen] = useState(step);
  if (step !== seen) {
    setSeen(step);
    if (step !== null && !isPicked(step, picks)) setPicks(picksOf(step));
  }
  return [picks, setPicks];
}
