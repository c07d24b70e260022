import type { Surroundings } from "./surroundings";

const FIRST = 1_000;
const LONGEST = 15_000;

/** Waits longer with every failure, and each browser a little differently, before a stream is opened again. */
export class Backoff {
  #failures = 0;
  #callOff: (() => void) | null = null;

  constructor(
    private readonly around: Pick<Surroundings, "after" | "random">,
    private readonly goOn: () => void,
  ) {}

  get waits(): boolean {
    return this.#callOff !== null;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Goes on after a while. */
  wait(): void {
    const span = Math.min(LONGEST, FIRST * 2 ** this.#failures);
    this.#failures += 1;
    this.#callOff?.();
    this.#callOff = this.around.after(span * (0.75 + 0.25 * this.around.random()), () => {
      this.#callOff = null;
      this.goOn();
    });
  }

  /** Waits no longer. */
  end(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#failures = 0;
  }
}
