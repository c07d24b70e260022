import { Badge, Button, Group, Kbd, ScrollArea, SegmentedControl, Tabs, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconLayoutSidebarRight } from "@tabler/icons-react";
import { type RefObject, useMemo, useState } from "react";
import { ProblemsList } from "@/editor/checking/ProblemsList";
import { expressionUnder } from "@/editor/text/expressionUnder";
import { PreviewPanel } from "@/editor/trying/PreviewPanel";
import { GraphPane } from "./GraphPane";
import classes from "./ScenarioEditor.module.css";
import type { useWorkspace } from "./useWorkspace";

interface Props {
  scenarioId: string;
  place: RefObject<HTMLDivElement | null>;
  work: ReturnType<typeof useWorkspace>;
}

/** Text and graph side by side, in a small window one of them; what is wrong and what expressions give below. */
export function EditorPanes({ scenarioId, place, work }: Props) {
  const [graph, setGraph] = useLocalStorage({ key: "callsheet-editor-graph", defaultValue: true });
  const [shown, setShown] = useState<"text" | "graph">("text");
  return (
    <>
      <SegmentedControl
        hiddenFrom="md"
        size="xs"
        aria-label="What is shown"
        data={[
          { value: "text", label: "Text" },
          { value: "graph", label: "Graph" },
        ]}
        value={shown}
        onChange={(value) => setShown(value === "graph" ? "graph" : "text")}
      />
      <div className={classes.panes ?? ""} data-shown={shown} data-graph={graph}>
        <section aria-label="Text" className={classes.code ?? ""} ref={place} />
        <section aria-label="Graph" className={classes.graph ?? ""}>
          {(graph || shown === "graph") && (
            <GraphPane
              document={work.document}
              references={work.checking.checked?.references ?? NONE}
              selected={work.step}
              onSelect={work.goToStep}
            />
          )}
        </section>
      </div>
      <Group justify="space-between" gap="xs">
        <Keys />
        <Button
          visibleFrom="md"
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-pressed={graph}
          leftSection={<IconLayoutSidebarRight size={14} aria-hidden />}
          onClick={() => setGraph(!graph)}
        >
          {graph ? "Hide the graph" : "Show the graph"}
        </Button>
      </Group>
      <Below scenarioId={scenarioId} work={work} />
    </>
  );
}

const NONE: never[] = [];

function Keys() {
  return (
    <Text fz="xs" c="dimmed">
      <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Space</Kbd> completes · <Kbd size="xs">F8</Kbd> next problem ·{" "}
      <Kbd size="xs">Esc</Kbd> then <Kbd size="xs">Tab</Kbd> leaves the text
    </Text>
  );
}

function Below({ scenarioId, work }: Omit<Props, "place">) {
  const { text, outline, document, position, problems, checking, view, repair } = work;
  const tried = useMemo(() => expressionUnder(text, outline, document, position), [text, outline, document, position]);
  return (
    <Tabs defaultValue="problems" keepMounted={false} className={classes.below ?? ""}>
      <Tabs.List>
        <Tabs.Tab
          value="problems"
          rightSection={
            problems.length > 0 && (
              <Badge size="sm" variant="default" circle={problems.length < 10}>
                {problems.length}
              </Badge>
            )
          }
        >
          Problems
        </Tabs.Tab>
        <Tabs.Tab value="preview">Try an expression</Tabs.Tab>
      </Tabs.List>
      <ScrollArea
        className={classes.panel ?? ""}
        type="auto"
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Details" }}
      >
        <Tabs.Panel value="problems" p="xs">
          <ProblemsList problems={problems} checking={checking} view={view} onRepair={repair} />
        </Tabs.Panel>
        <Tabs.Panel value="preview" p="xs">
          <PreviewPanel scenarioId={scenarioId} step={work.stepPath} tried={tried} />
        </Tabs.Panel>
      </ScrollArea>
    </Tabs>
  );
}
