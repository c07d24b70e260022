import { useElementSize } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { EmptyState } from "@/components/EmptyState";
import { useEvents, useRunView } from "@/live";
import { hasEnded } from "@/run/actions/possible";
import { useShownRun } from "@/run/place";
import { EventControls } from "./EventControls";
import { EventRow } from "./EventRow";
import classes from "./Events.module.css";
import { ALL, fittingEvents } from "./filter";

/** Pixels of a line; where there is little room an event has two. */
const LINE = 30;
const TWO_LINES = 52;
const ROOMY = 800;

/** Every event of the run in its order, also of a run that is long over. */
export function Events() {
  const { store } = useShownRun();
  const run = useRunView(store);
  const events = useEvents(store);
  const [filter, setFilter] = useState(ALL);
  const [absolute, setAbsolute] = useState(false);
  const [following, setFollowing] = useState(run !== null && !hasEnded(run.status));
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => fittingEvents(events, wanted), [events, wanted]);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: frame, width } = useElementSize();
  const height = width >= ROOMY ? LINE : TWO_LINES;
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    // Another function would make the list be measured anew.
    getItemKey: useCallback((index: number) => shown[index]?.seq ?? index, [shown]),
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is the reason to measure again
  useEffect(() => virtual.measure(), [height, virtual]);
  const last = shown.length - 1;
  useEffect(() => {
    if (following && last >= 0) virtual.scrollToIndex(last, { align: "end" });
  }, [following, last, virtual]);
  const toggle = (seq: number) =>
    setExpanded((before) =>
      before.has(seq) ? new Set([...before].filter((each) => each !== seq)) : new Set([...before, seq]),
    );
  if (run === null) return null;
  const begin = Date.parse(run.started_at);
  return (
    <>
      <EventControls
        events={events}
        shown={shown}
        filter={filter}
        onFilter={setFilter}
        absolute={absolute}
        onAbsolute={setAbsolute}
        following={following}
        onFollowing={setFollowing}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section ref={scroller} className={classes.scroller} tabIndex={0} aria-label="Events">
        <ol
          ref={frame}
          className={classes.rows}
          data-narrow={width < ROOMY || undefined}
          style={{ height: virtual.getTotalSize() }}
        >
          {virtual.getVirtualItems().map((item) => {
            const event = shown[item.index];
            if (!event) return null;
            return (
              <li
                key={event.seq}
                // Only what is opened has a height of its own: the others need not be measured.
                ref={expanded.has(event.seq) ? virtual.measureElement : undefined}
                data-index={item.index}
                className={classes.place}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <EventRow
                  event={event}
                  begin={begin}
                  absolute={absolute}
                  expanded={expanded.has(event.seq)}
                  onToggle={toggle}
                />
              </li>
            );
          })}
        </ol>
      </section>
      {shown.length === 0 && <EmptyState title="No event fits the filter" />}
    </>
  );
}
