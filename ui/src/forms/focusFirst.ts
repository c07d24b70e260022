const INPUTS = "input:not([type=hidden]), textarea, button";

/** Puts the focus on the first problem, once it is drawn: on its field, or on the sentence where there is none. */
export function focusFirst(frame: HTMLElement | null): void {
  setTimeout(() => {
    const problem = frame?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]');
    if (!problem) return;
    const field = problem.matches(INPUTS)
      ? problem
      : problem.closest("[data-pointer]")?.querySelector<HTMLElement>(INPUTS);
    (field ?? problem).focus();
  });
}
