import { Loader } from "@mantine/core";
import { Suspense, useMemo } from "react";

import type { ScenarioDocument } from "@/api/scenarios";
import { type DataEdge, outlineOf, ScenarioGraph } from "@/graph";
import { useScenarioPlace } from "../place";
import { useShown } from "../shown";
import classes from "./GraphPanel.module.css";
import { StepDefinition } from "./StepDefinition";

/** The steps as a picture, and beside it the one that was chosen. */
export function GraphPanel({ document }: { document: ScenarioDocument }) {
  const { step, goToStep } = useScenarioPlace();
  const { checked } = useShown();
  const outline = useMemo(() => outlineOf(document), [document]);
  const edges = useMemo<DataEdge[]>(
    () => checked?.references.flatMap(({ to_step, ...more }) => (to_step === null ? [] : [{ ...more, to_step }])) ?? [],
    [checked],
  );
  const chosen = step === null ? undefined : outline.steps.get(step);
  return (
    <div className={classes.split} data-chosen={chosen !== undefined}>
      <div className={classes.graph}>
        <Suspense fallback={<Loader size="sm" m="md" role="status" aria-label="The graph is being loaded" />}>
          <ScenarioGraph
            document={document}
            states={null}
            dataEdges={edges}
            selected={chosen?.id ?? null}
            onSelect={goToStep}
          />
        </Suspense>
      </div>
      {chosen && (
        <StepDefinition
          key={chosen.id}
          step={chosen}
          document={document}
          references={checked?.references ?? []}
          diagnostics={checked?.diagnostics ?? []}
          onSelect={goToStep}
        />
      )}
    </div>
  );
}
