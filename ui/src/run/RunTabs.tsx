import { Tabs } from "@mantine/core";
import { runTabs } from "@/app/searches";
import { useShortcut } from "@/app/shortcuts";
import { Events } from "./events/Events";
import { GraphTab } from "./graph/GraphTab";
import { usePlace } from "./place";
import classes from "./RunPage.module.css";
import { RunValue } from "./RunValue";
import { Timeline } from "./timeline/Timeline";

/** The ways to look at a run. */
export function RunTabs() {
  const { tab, goToTab } = usePlace();
  // `g` alone begins the ways to other pages.
  useShortcut("g g", "Show the graph", () => goToTab("graph"));
  useShortcut("t", "Show the timeline", () => goToTab("timeline"));
  useShortcut("e", "Show the events", () => goToTab("events"));
  return (
    <Tabs
      value={tab}
      onChange={(value) => goToTab(runTabs.find((each) => each === value) ?? "graph")}
      keepMounted={false}
    >
      <Tabs.List mb="sm" className={classes.tabs}>
        <Tabs.Tab value="graph">Graph</Tabs.Tab>
        <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
        <Tabs.Tab value="events">Events</Tabs.Tab>
        <Tabs.Tab value="input">Input</Tabs.Tab>
        <Tabs.Tab value="output">Output</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="graph">
        <GraphTab />
      </Tabs.Panel>
      <Tabs.Panel value="timeline">
        <Timeline />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <Events />
      </Tabs.Panel>
      <Tabs.Panel value="input">
        <RunValue name="input" />
      </Tabs.Panel>
      <Tabs.Panel value="output">
        <RunValue name="output" />
      </Tabs.Panel>
    </Tabs>
  );
}
