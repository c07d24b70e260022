/** Dialogs that close give the focus back themselves, a little later. */
const PATIENCE = 60;

/**
 * What had the focus may go by itself, such as a form whose step was answered. Then the heading of the page takes the focus,
 * so that the keyboard does not begin at the top again, and those who listen hear where they are.
 */
export function keepFocus(): () => void {
  let held: Element | null = null;
  let timer = 0;
  const onFocus = ({ target }: FocusEvent) => {
    held = target instanceof Element ? target : null;
  };
  const observer = new MutationObserver(() => {
    if (held === null || held.isConnected || document.activeElement !== document.body) return;
    held = null;
    timer = window.setTimeout(focusHeading, PATIENCE);
  });
  document.addEventListener("focusin", onFocus);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", onFocus);
    observer.disconnect();
    window.clearTimeout(timer);
  };
}

function focusHeading(): void {
  const main = document.getElementById("main");
  if (document.activeElement !== document.body || !main) return;
  const heading = main.querySelector("h1");
  if (heading) heading.tabIndex = -1;
  (heading ?? main).focus({ preventScroll: true });
}
