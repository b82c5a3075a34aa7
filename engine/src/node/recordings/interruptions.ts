import type { SourceBreak } from '../../sources/source.js';
import type { RecordedArrival } from './content.js';

/** The last ones of many are kept. */
const MOST_KEPT = 256;
const digits = new TextDecoder();

/** Where a recording was interrupted, as its arrivals go by: from the loss of a connection to the next one, and where the disk was too slow. */
export class Interruptions {
  readonly #kept: SourceBreak[] = [];
  #lastUs: number | null = null;
  #closedUs: number | null = null;

  get breaks(): readonly SourceBreak[] {
    return this.#kept;
  }

  see({ kind, atUs, bytes }: RecordedArrival): void {
    if (kind === 'closed') this.#closedUs ??= atUs;
    else if (kind === 'lost') this.#keep('lost', this.#lastUs ?? atUs, atUs, Number(digits.decode(bytes)));
    else if (this.#closedUs !== null) {
      this.#keep('disconnected', this.#closedUs, atUs, null);
      this.#closedUs = null;
    }
    this.#lastUs = Math.max(atUs, this.#lastUs ?? atUs);
  }

  #keep(kind: SourceBreak['kind'], fromUs: number, toUs: number, missing: number | null): void {
    this.#kept.push({
      kind,
      fromUs,
      // A clock may have been set back.
      toUs: Math.max(fromUs, toUs),
      // The file may say anything.
      missing: missing !== null && Number.isSafeInteger(missing) && missing > 0 ? missing : null,
    });
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
  }
}
