import { startTransition, useEffect, useState } from "react";

/** The present in milliseconds, twice a second while `ticking`; it stands still while nobody looks. */
export function useTick(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") startTransition(() => setNow(Date.now()));
    }, 500);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
