import { createContext, useContext, useSyncExternalStore } from "react";

/**
 * Which node is selected, and which one the keyboard is at. Kept beside the nodes, so that a change draws two of them
 * again and not all.
 */
export class Marks {
  #selected: string | null = null;
  #current: string | null = null;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  get selected(): string | null {
    return this.#selected;
  }

  get current(): string | null {
    return this.#current;
  }

  select(id: string | null): void {
    this.#selected = id;
    this.#tell();
  }

  /** Puts the keyboard at a node: the one that Tab reaches. */
  goTo(id: string | null): void {
    if (this.#current === id) return;
    this.#current = id;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const MarksContext = createContext(new Marks());

export function useSelected(id: string): boolean {
  const marks = useContext(MarksContext);
  return useSyncExternalStore(marks.subscribe, () => marks.selected === id);
}

export function useCurrent(id: string): boolean {
  const marks = useContext(MarksContext);
  return useSyncExternalStore(marks.subscribe, () => marks.current === id);
}
