import { useReducedMotion } from "@mantine/hooks";
import { useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";

import type { Box, Direction, Layout } from "./layout";
import { firstView, inSight, pinned } from "./view";

export interface GraphView {
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly fit: () => void;
  /** The node keeps its place on the screen through the next change of the layout. */
  readonly hold: (id: string) => void;
  /** Brings a node on screen, if it is not. */
  readonly show: (id: string) => void;
}

/** What part of the picture is seen, and how that changes. */
export function useGraphView(layout: Layout, direction: Direction, selected: string | null): GraphView {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const duration = useReducedMotion() ? 0 : 180;
  const held = useRef<Box | null>(null);
  const begun = useRef<Direction | null>(null);

  useLayoutEffect(() => {
    const before = held.current;
    const after = before && layout.boxes.get(before.id);
    held.current = null;
    if (before && after) void flow.setViewport(pinned(flow.getViewport(), before, after));
    if (width === 0 || height === 0 || begun.current === direction) return;
    begun.current = direction;
    void flow.setViewport(firstView(layout, { width, height }, direction));
  }, [flow, layout, direction, width, height]);

  const hold = useCallback(
    (id: string) => {
      held.current = layout.boxes.get(id) ?? null;
    },
    [layout],
  );
  const show = useCallback(
    (id: string) => {
      const box = layout.boxes.get(id);
      const view = flow.getViewport();
      if (!box || inSight(view, box, { width, height })) return;
      const middle = { x: box.x + Math.min(box.width, width / view.zoom) / 2, y: box.y + Math.min(box.height / 2, 60) };
      void flow.setCenter(middle.x, middle.y, { zoom: view.zoom, duration });
    },
    [flow, layout, width, height, duration],
  );
  const shown = useRef<{ selected: string | null; width: number }>({ selected: null, width: 0 });
  useEffect(() => {
    if (width === 0 || (selected !== null && !layout.boxes.has(selected))) return;
    const { selected: before, width: was } = shown.current;
    shown.current = { selected, width };
    if (selected === null) return;
    // What stands beside the graph may have come over the node; a click alone moves nothing.
    if (width < was || (selected !== before && !isFocused(selected))) show(selected);
  }, [selected, layout, show, width]);
  return useMemo(
    () => ({
      zoomIn: () => void flow.zoomIn({ duration }),
      zoomOut: () => void flow.zoomOut({ duration }),
      fit: () => void flow.fitView({ padding: 0.06, maxZoom: 1, duration }),
      hold,
      show,
    }),
    [flow, duration, hold, show],
  );
}

/** Whether somebody selected the node in the graph itself, and so sees it. */
function isFocused(id: string): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && at.dataset.node === id;
}
