import type { World } from '../../sources/source.js';
import { readHttp } from './http.js';

const MAX_BYTES = 16 << 20;
const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Servers count how often they are asked. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 10_000;

/** Who is given the bodies. */
interface BodyTaker {
  take(body: Uint8Array): void;
  failed(reason: string, address: string): void;
}

/**
 * Gets the bodies of HTTP addresses that a connection's decoder asks for: a few at once, each within 10 seconds and 16 MB, again and again with
 * growing pauses until it is there or `clear` says that nobody needs them any more.
 */
export class Bodies {
  #waiting: { readonly address: string; readonly failures: number }[] = [];
  #busy = 0;
  /** Stops what is under way. */
  #abort = new AbortController();

  constructor(
    private readonly world: World,
    private readonly taker: BodyTaker,
  ) {}

  get(address: string): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.taker.failed(`more than ${MOST_WAITING} addresses are asked for`, address);
      return;
    }
    this.#waiting.push({ address, failures: 0 });
    this.#next();
  }

  /** Forgets what has been asked for. */
  clear(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#waiting = [];
    this.#busy = 0;
  }

  #next(): void {
    while (this.#busy < MOST_AT_ONCE) {
      const asked = this.#waiting.shift();
      if (asked === undefined) return;
      this.#busy++;
      void this.#ask(asked.address, asked.failures);
    }
  }

  async #ask(address: string, failures: number): Promise<void> {
    const { signal } = this.#abort;
    const late = new AbortController();
    const cancelLate = this.world.after(TIMEOUT_MS, () => late.abort());
    try {
      const limits = {
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        signal: AbortSignal.any([signal, late.signal]),
      };
      const body = await readHttp(address, limits, this.world);
      if (!signal.aborted) this.taker.take(body);
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.taker.failed(
        late.signal.aborted ? `it took more than ${TIMEOUT_MS / 1000} seconds` : reason,
        address,
      );
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 20));
      const cancel = this.world.after(longest * (0.5 + this.world.random() / 2), () => {
        signal.removeEventListener('abort', cancel);
        this.#waiting.push({ address, failures: failures + 1 });
        this.#next();
      });
      signal.addEventListener('abort', cancel);
    } finally {
      cancelLate();
    }
    if (signal.aborted) return;
    this.#busy--;
    this.#next();
  }
}
