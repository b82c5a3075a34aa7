import type { RunId } from './outputMessages.js';

/** Cells whose runs are remembered. */
const MOST_RUNS = 1000;

/** Which run a cell's name in stack traces means. */
export class RecentRuns {
  readonly #runs = new Map<string, RunId>();

  add(filename: string, run: RunId): void {
    this.#runs.delete(filename);
    this.#runs.set(filename, run);
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size > MOST_RUNS && oldest !== undefined) this.#runs.delete(oldest);
  }

  of(filename: string | null): RunId | null {
    return filename === null ? null : (this.#runs.get(filename) ?? null);
  }
}
