/**
 * A token bucket in bytes or messages. Jupyter's server drops output beyond 1,000 messages or 1 MB of stream text a
 * second, averaged over 3 seconds: `burst + 3 × rate` must stay below three times that.
 */
export class Pace {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(burst: number, perSecond: number, now: () => number = () => performance.now()) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Takes an amount without waiting; a debt delays those who come later. */
  take(amount: number): void {
    this.#refill();
    this.#tokens -= amount;
  }

  /** Milliseconds until the bucket is out of debt; 0 if something may be sent now. */
  delayMs(): number {
    this.#refill();
    return this.#tokens > 0 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  #refill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
