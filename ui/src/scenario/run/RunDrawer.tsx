import { Drawer } from "@mantine/core";

import { useScenarioPlace } from "../place";
import { useShown } from "../shown";
import { RunForm } from "./RunForm";

/** The form that begins a run, beside what the run will do. It opens by the address, so that others can link to it. */
export function RunDrawer() {
  const { run, openRun, scenarioId } = useScenarioPlace();
  const { document } = useShown();
  const name = typeof document?.name === "string" ? document.name : scenarioId;
  return (
    <Drawer
      opened={run}
      onClose={() => openRun(false)}
      position="right"
      size="lg"
      title={`Run “${name}”`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <RunForm onLeave={() => openRun(false)} />
    </Drawer>
  );
}
