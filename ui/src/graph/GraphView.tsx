import { useLocalStorage } from "@mantine/hooks";
import { ReactFlow, useStore, ViewportPortal } from "@xyflow/react";
import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";

import { Actions } from "./actions";
import { BlockNode } from "./BlockNode";
import { DataLines } from "./DataLines";
import { type DataEdge, dataLinesOf } from "./dataLines";
import { FlowLines } from "./FlowLines";
import { useFolds } from "./folds";
import { GraphMap, worthMap } from "./GraphMap";
import { GraphTools } from "./GraphTools";
import { graphKeys } from "./graphKeys";
import { LaneNode } from "./LaneNode";
import { type Direction, layoutOf } from "./layout";
import { Marks, MarksContext } from "./marks";
import { nodesOf } from "./nodes";
import type { Outline } from "./outline";
import classes from "./ScenarioGraph.module.css";
import { StepNode } from "./StepNode";
import { useGraphView } from "./useGraphView";
import { FAR } from "./view";

interface Props {
  outline: Outline;
  live: boolean;
  dataEdges: readonly DataEdge[];
  selected: string | null;
  onSelect: (nodeId: string | null) => void;
}

const nodeTypes = { step: StepNode, block: BlockNode, lane: LaneNode };

/** The picture itself, with its tools and keys. */
export function GraphView({ outline, live, dataEdges, selected, onSelect }: Props) {
  const frame = useRef<HTMLElement>(null);
  const [direction, setDirection] = useLocalStorage<Direction>({
    key: "callsheet.graph.direction",
    defaultValue: "TB",
    getInitialValueInEffect: false,
  });
  const [withData, showData] = useState(false);
  const folds = useFolds(outline, selected);
  const layout = useMemo(
    () => layoutOf(outline, { direction, folded: folds.folded, live }),
    [outline, direction, folds.folded, live],
  );
  const nodes = useMemo(() => nodesOf(outline, layout, live), [outline, layout, live]);
  const dataLines = useMemo(
    () => (withData ? dataLinesOf(dataEdges, outline, layout, direction) : []),
    [withData, dataEdges, outline, layout, direction],
  );
  const marks = useMarks(outline, selected);
  const view = useGraphView(layout, direction, selected);
  const onKeyDown = graphKeys({ outline, folds, direction, marks, view, frame, onSelect });
  const { toggle } = folds;
  const { hold } = view;
  const fold = useCallback(
    (id: string) => {
      hold(id);
      toggle(id);
    },
    [hold, toggle],
  );
  const actions = useMemo(() => ({ select: onSelect, fold }), [onSelect, fold]);
  const hint = useId();
  return (
    <Actions value={actions}>
      <MarksContext value={marks}>
        <section
          ref={frame}
          className={classes.frame}
          aria-label="Graph of the steps"
          aria-describedby={hint}
          onKeyDown={onKeyDown}
        >
          <p id={hint} className={classes.hint}>
            {KEYS}
          </p>
          <Flow nodes={nodes} onPaneClick={() => onSelect(null)}>
            <ViewportPortal>
              <FlowLines lines={layout.lines} />
              {withData && <DataLines lines={dataLines} />}
            </ViewportPortal>
            <GraphTools
              view={view}
              direction={direction}
              onDirection={setDirection}
              folds={folds}
              data={dataEdges.length > 0 ? { shown: withData, onShown: showData } : null}
            />
            {worthMap(layout.boxes.size) && <GraphMap />}
          </Flow>
        </section>
      </MarksContext>
    </Actions>
  );
}

const KEYS =
  "The steps are buttons in the order of the document; arrow keys go along the steps, into blocks and out of them, " +
  "Enter selects, Escape clears. The same is to be read as text in the timeline of a run and in the source.";

function useMarks(outline: Outline, selected: string | null): Marks {
  const [marks] = useState(() => new Marks());
  useEffect(() => {
    marks.select(selected);
    if (selected !== null && outline.steps.has(selected)) marks.goTo(selected);
    else if (marks.current === null || !outline.steps.has(marks.current)) marks.goTo(outline.main.steps[0]?.id ?? null);
  }, [marks, outline, selected]);
  return marks;
}

interface FlowProps {
  nodes: ReturnType<typeof nodesOf>;
  onPaneClick: () => void;
  children: ReactNode;
}

function Flow({ nodes, onPaneClick, children }: FlowProps) {
  const far = useStore((state) => state.transform[2] < FAR);
  return (
    <ReactFlow
      className={classes.flow ?? ""}
      data-far={far}
      aria-label="Steps"
      nodes={nodes}
      nodeTypes={nodeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      zoomOnDoubleClick={false}
      minZoom={0.05}
      maxZoom={2}
      onPaneClick={onPaneClick}
      attributionPosition="bottom-left"
    >
      {children}
    </ReactFlow>
  );
}
