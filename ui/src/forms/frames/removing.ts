import type { MouseEvent } from "react";

/** Removes something and hands the focus to what adds another, so that it is not lost with the button. */
export const removing =
  (remove: (event: MouseEvent<HTMLButtonElement>) => void) =>
  (event: MouseEvent<HTMLButtonElement>): void => {
    const add = event.currentTarget.closest("fieldset, [data-form]")?.querySelector<HTMLElement>("[data-adds]");
    remove(event);
    add?.focus();
  };
