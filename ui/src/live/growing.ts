/**
 * A list that grows and changes in place. `snapshot` is a copy that stays as it is: the same one until the list changes,
 * and made only when somebody asks, so that a thousand changes between two looks cost one copy.
 */
export class Growing<Item> {
  readonly #items: Item[] = [];
  #copy: readonly Item[] | null = null;

  get length(): number {
    return this.#items.length;
  }

  /** Appends and says where. */
  push(item: Item): number {
    this.#copy = null;
    return this.#items.push(item) - 1;
  }

  set(position: number, item: Item): void {
    this.#copy = null;
    this.#items[position] = item;
  }

  snapshot(): readonly Item[] {
    this.#copy ??= this.#items.slice();
    return this.#copy;
  }
}
