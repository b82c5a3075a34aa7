import type { ArrivalRequest } from '../arrival.js';

/** An answer that has not come for so long is not awaited any more. */
const PATIENCE_US = 10_000_000;
/** Between two requests for one symbol, at least, and at most where they are of no use. */
const FIRST_PAUSE_US = 250_000;
const LONGEST_PAUSE_US = 30_000_000;

interface Wanted {
  readonly url: string;
  notBeforeUs: number;
  pauseUs: number;
}

/**
 * Asks for snapshots over HTTP, one at a time: the answers do not say what they are of. Time is that of arrivals, so that a recording gives what
 * the feed gave.
 */
export class SnapshotRequests {
  readonly #wanted = new Map<string, Wanted>();
  #asked: { readonly symbol: string; readonly atUs: number } | null = null;

  constructor(private readonly ask: (request: ArrivalRequest) => void) {}

  /** The symbol whose snapshot is awaited. */
  get asked(): string | undefined {
    return this.#asked?.symbol;
  }

  /** A symbol is in want of a snapshot, unless it is already. */
  want(symbol: string, url: string): void {
    if (this.#wanted.has(symbol)) return;
    this.#wanted.set(symbol, { url, notBeforeUs: -Infinity, pauseUs: FIRST_PAUSE_US });
  }

  /** The snapshot of a symbol has come, whatever it is worth. */
  answered(symbol: string): void {
    if (this.#asked?.symbol === symbol) this.#asked = null;
  }

  /** The snapshot was what was wanted. */
  settled(symbol: string): void {
    this.#wanted.delete(symbol);
  }

  /** The snapshot was of no use: another one is wanted, after a pause. */
  again(symbol: string, atUs: number): void {
    const wanted = this.#wanted.get(symbol);
    if (wanted === undefined) return;
    wanted.notBeforeUs = atUs + wanted.pauseUs;
    wanted.pauseUs = Math.min(2 * wanted.pauseUs, LONGEST_PAUSE_US);
  }

  /** The request that is under way has failed. */
  fail(atUs: number): void {
    if (this.#asked === null) return;
    const { symbol } = this.#asked;
    this.#asked = null;
    this.again(symbol, atUs);
  }

  /** Asks for the next one, if it is time. */
  pump(atUs: number): void {
    if (this.#asked !== null && atUs - this.#asked.atUs > PATIENCE_US) this.fail(atUs);
    if (this.#asked !== null) return;
    for (const [symbol, { url, notBeforeUs }] of this.#wanted) {
      if (notBeforeUs > atUs) continue;
      this.#asked = { symbol, atUs };
      this.ask({ fetch: url });
      return;
    }
  }

  /** The connection is lost, and what was asked over it. */
  clear(): void {
    this.#asked = null;
    this.#wanted.clear();
  }
}
