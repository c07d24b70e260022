import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";

import { runScenarioQuery } from "@/api/runs";
import { useShortcut } from "@/app/shortcuts";
import { usePhase, useRunStore, useRunView } from "@/live";
import { FailedAt } from "./header/FailedAt";
import { RunHeader } from "./header/RunHeader";
import { Inspector } from "./inspector/Inspector";
import { ShownRunContext, usePlace } from "./place";
import { RunGone } from "./RunGone";
import classes from "./RunPage.module.css";
import { RunTabs } from "./RunTabs";
import { useStepShortcuts } from "./useStepShortcuts";
import { WaitPanel } from "./waiting/WaitPanel";

const ForkDialog = lazy(async () => ({ default: (await import("./actions/ForkDialog")).ForkDialog }));

/** One run: live while it goes on, whole when it is over. */
export function RunPage({ runId }: { runId: string }) {
  const store = useRunStore(runId);
  const phase = usePhase(store);
  const run = useRunView(store);
  const { step } = usePlace();
  const scenario = useQuery({ ...runScenarioQuery(runId), enabled: phase === "ready" });
  const [forking, setForking] = useState<{ readonly from: string | null } | null>(null);
  const document = scenario.data ?? null;
  const shown = useMemo(
    () => ({ store, document, fork: (from: string | null) => setForking({ from }) }),
    [store, document],
  );
  useStepShortcuts(store);
  useShortcut("a", "Go to what waits for an answer", () => globalThis.document.getElementById("waiting")?.focus());
  if (phase === "failed") return <RunGone error={store.failure()} />;
  if (run === null) return <Loader size="sm" role="status" aria-label="The run is being loaded" />;
  return (
    <ShownRunContext value={shown}>
      <RunHeader run={run} />
      <FailedAt />
      <WaitPanel />
      <div className={classes.columns} data-inspecting={step !== null || undefined}>
        <div className={classes.main}>
          <RunTabs />
        </div>
        {step !== null && <Inspector path={step} />}
      </div>
      {forking && (
        <Suspense>
          <ForkDialog fromStep={forking.from} onClose={() => setForking(null)} />
        </Suspense>
      )}
    </ShownRunContext>
  );
}
