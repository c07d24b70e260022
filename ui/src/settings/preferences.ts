import { useLocalStorage } from "@mantine/hooks";

import { runTabs } from "@/app/searches";

export type RunTab = (typeof runTabs)[number];

/** The tab that a run opens with when its address names none; kept in this browser. */
export function useDefaultRunTab(): readonly [RunTab, (tab: RunTab) => void] {
  const [kept, keep] = useLocalStorage<string>({
    key: "callsheet.run-tab",
    defaultValue: "graph",
    getInitialValueInEffect: false,
  });
  return [runTabs.find((tab) => tab === kept) ?? "graph", keep];
}
