import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { EmptyState } from "@/components/EmptyState";
import { useRunView, useSteps } from "@/live";
import { hasEnded } from "@/run/actions/possible";
import { usePlace, useShownRun } from "@/run/place";
import { useTick } from "@/run/useTick";
import { Axis } from "./Axis";
import { EVERYTHING, isEverything, type Opened, openedUpTo, rowsOf, type TimelineFilter } from "./rows";
import { placeOf, scaleOf } from "./scale";
import classes from "./Timeline.module.css";
import { TimelineControls } from "./TimelineControls";
import { TimelineRow } from "./TimelineRow";
import { treeOf } from "./tree";
import { useZoom } from "./useZoom";

const ROW = 30;
const AXIS = 26;

/** When each step of the run was at work, with its attempts and waits; many iterations are one line until opened. */
export function Timeline() {
  const { store } = useShownRun();
  const { step: selected } = usePlace();
  const run = useRunView(store);
  // What many steps draw may be late: somebody who types or scrolls is not to wait for it.
  const steps = useDeferredValue(useSteps(store));
  const running = run !== null && !hasEnded(run.status);
  const now = useTick(running);
  const tree = useMemo(() => treeOf(steps), [steps]);
  const [filter, setFilter] = useState(EVERYTHING);
  const [opened, setOpened] = useOpened(tree, selected);
  // What a filter finds is open, whatever was closed before; what is closed then counts as long as the filter stays.
  const [openedOfFound, setOpenedOfFound] = useState<Opened>(new Map());
  const all = isEverything(filter);
  const rows = useMemo(
    () => rowsOf(tree, all ? opened : openedOfFound, filter),
    [tree, all, opened, openedOfFound, filter],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const zoom = useZoom(scroller);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    // Another function would make the list be measured anew.
    getItemKey: useCallback((index: number) => rows[index]?.node.key ?? index, [rows]),
    overscan: 12,
    paddingStart: AXIS,
  });
  const place = rows.findIndex((row) => row.node.key === selected);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place, { align: "auto" });
  }, [place, virtual]);
  if (run === null) return null;
  const scale = scaleOf(Date.parse(run.started_at), run.finished_at ? Date.parse(run.finished_at) : null, now);
  const setOpen = all ? setOpened : setOpenedOfFound;
  const toggle = (key: string, open: boolean) => setOpen((before) => new Map(before).set(key, open));
  const find = (next: TimelineFilter) => {
    setFilter(next);
    setOpenedOfFound(new Map());
  };
  return (
    <>
      <TimelineControls filter={filter} onFilter={find} zoom={zoom} shown={rows.length} />
      <section
        ref={scroller}
        className={classes.scroller}
        data-narrow={selected !== null || undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        tabIndex={0}
        aria-label="Timeline"
      >
        <div
          className={classes.inner}
          style={{ height: virtual.getTotalSize(), "--zoom": zoom.factor } as React.CSSProperties}
        >
          <Axis scale={scale} />
          <ul className={classes.rows}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              return (
                <TimelineRow
                  key={row.node.key}
                  row={row}
                  top={item.start}
                  scale={scale}
                  now={now}
                  selected={row.node.key === selected}
                  onToggle={toggle}
                />
              );
            })}
          </ul>
          {running && <Now place={placeOf(scale, now)} />}
        </div>
      </section>
      {rows.length === 0 && (
        <EmptyState title={steps.length === 0 ? "No step has begun" : "Nothing fits the filter"}>
          {steps.length === 0 ? "The run waits for a free place, or ended before its first step." : ""}
        </EmptyState>
      )}
    </>
  );
}

function Now({ place }: { place: number }) {
  return (
    <div className={classes.over} aria-hidden>
      <div className={classes.now} style={{ left: `${place * 100}%` }} />
    </div>
  );
}

/** What is open; a step that an address names is opened when it is there, once. */
function useOpened(tree: ReturnType<typeof treeOf>, selected: string | null) {
  const [opened, setOpened] = useState<Opened>(new Map());
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (selected === null || shown.current === selected) return;
    if (tree.length > 0) shown.current = selected;
    setOpened((before) => openedUpTo(tree, before, selected));
  }, [tree, selected]);
  return [opened, setOpened] as const;
}
