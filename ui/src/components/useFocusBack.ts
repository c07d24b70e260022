import { useEffect, useState } from "react";

/**
 * For what is there only while it is open, such as a dialog: when it goes with the focus in it, the focus goes back to where
 * it was before. What took the focus meanwhile, such as the heading of another page, keeps it.
 */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
}
