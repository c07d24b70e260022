import type { AnyRouter } from "@tanstack/react-router";

/**
 * After a change of page the focus goes to its heading, so that the keyboard and those who listen begin there, and not where
 * a link was that is gone. A page that put the focus somewhere itself keeps it.
 */
export function focusAfterNavigation(router: AnyRouter): () => void {
  return router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
    if (!fromLocation || !pathChanged) return;
    const main = document.getElementById("main");
    const focused = document.activeElement;
    if (!main || (focused !== main && main.contains(focused)) || focused?.closest("[role=dialog]")) return;
    const heading = main.querySelector("h1");
    if (heading) heading.tabIndex = -1;
    (heading ?? main).focus({ preventScroll: true });
  });
}
