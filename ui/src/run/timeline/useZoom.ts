import { type RefObject, useCallback, useEffect, useState } from "react";

export interface Zoom {
  /** How many times as wide as the window the whole run is drawn; 1 when all of it is seen. */
  readonly factor: number;
  readonly closer: () => void;
  readonly further: () => void;
  readonly fit: () => void;
}

const MOST = 400;
const STEP = 1.6;

/** How closely the time is looked at: by buttons, or by Ctrl and the wheel around the pointer. */
export function useZoom(scroller: RefObject<HTMLElement | null>): Zoom {
  const [factor, setFactor] = useState(1);
  const zoomBy = useCallback(
    (by: number, around = 0.5) => {
      setFactor((before) => {
        const after = Math.min(MOST, Math.max(1, before * by));
        keepInPlace(scroller.current, after / before, around);
        return after;
      });
    },
    [scroller],
  );
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, width } = element.getBoundingClientRect();
      zoomBy(event.deltaY < 0 ? STEP ** 0.5 : STEP ** -0.5, (event.clientX - left) / width);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller, zoomBy]);
  return {
    factor,
    closer: useCallback(() => zoomBy(STEP), [zoomBy]),
    further: useCallback(() => zoomBy(1 / STEP), [zoomBy]),
    fit: useCallback(() => setFactor(1), []),
  };
}

/** Scrolls so that what is at `around` of the window stays there, once the new width is laid out. */
function keepInPlace(element: HTMLElement | null, by: number, around: number): void {
  if (!element) return;
  const offset = around * element.clientWidth;
  const left = (element.scrollLeft + offset) * by - offset;
  requestAnimationFrame(() => {
    element.scrollLeft = left;
  });
}
