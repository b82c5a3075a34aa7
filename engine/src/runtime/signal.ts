import type { World } from '../sources/source.js';

/** Something to wait for: whoever waits goes on at the next `wake`. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  /** Lets everyone who waits go on. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Resolves at the next `wake`. */
  wait(): Promise<void> {
    return new Promise(resolve => this.#waiting.add(resolve));
  }

  /** Resolves at the next `wake`, or after so many milliseconds. */
  waitAtMost(milliseconds: number, world: World): Promise<void> {
    return new Promise(resolve => {
      const cancel = world.after(milliseconds, () => {
        this.#waiting.delete(woken);
        resolve();
      });
      const woken = (): void => {
        cancel();
        resolve();
      };
      this.#waiting.add(woken);
    });
  }
}
