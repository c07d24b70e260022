import { Input, SegmentedControl, Stack, useMantineColorScheme } from "@mantine/core";

import { runTabs } from "@/app/searches";

import { type RunTab, useDefaultRunTab } from "./preferences";

const SCHEMES = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

const TABS = runTabs.map((tab) => ({ value: tab, label: `${tab.charAt(0).toUpperCase()}${tab.slice(1)}` }));

/** What each reader chooses; kept in this browser alone. */
export function Preferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [tab, setTab] = useDefaultRunTab();
  return (
    <Stack gap="md">
      <Input.Wrapper label="Theme" labelElement="div" id="theme">
        <div>
          <SegmentedControl
            aria-labelledby="theme-label"
            size="xs"
            data={SCHEMES}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
          />
        </div>
      </Input.Wrapper>
      <Input.Wrapper label="A run opens with" labelElement="div" id="run-tab">
        <div>
          <SegmentedControl
            aria-labelledby="run-tab-label"
            size="xs"
            data={TABS}
            value={tab}
            onChange={(value) => setTab(value as RunTab)}
          />
        </div>
      </Input.Wrapper>
    </Stack>
  );
}
