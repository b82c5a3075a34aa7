import type { EventTime } from '../columns/time.js';
import type { SourcePiece } from '../sources/source.js';
import { MOST_BUCKETS, widthFor, type Buckets } from './timeHistogram.js';

/** Rows by time as a file's index or statistics say, before it is read: rows of a piece are taken to lie evenly between its first and last time. */
export class ExpectedRows {
  readonly #width: number;
  readonly #first: number;
  readonly #counts = new Float64Array(MOST_BUCKETS);

  constructor(pieces: readonly SourcePiece[]) {
    const known = pieces.filter(isSound);
    const from = known.reduce((first, { firstUs }) => Math.min(first, firstUs), Infinity);
    const to = known.reduce((last, { lastUs }) => Math.max(last, lastUs), -Infinity);
    this.#width = known.length === 0 ? 1 : widthFor(from, to, 1);
    this.#first = known.length === 0 ? 0 : Math.floor(from / this.#width);
    for (const piece of known) this.#spread(piece);
  }

  #spread({ firstUs, lastUs, rows }: SourcePiece): void {
    const low = Math.floor(firstUs / this.#width);
    const high = Math.floor(lastUs / this.#width);
    if (low === high) {
      this.#counts[low - this.#first] += rows;
      return;
    }
    for (let bucket = low; bucket <= high; bucket++) {
      const from = Math.max(firstUs, bucket * this.#width);
      const to = Math.min(lastUs, (bucket + 1) * this.#width);
      this.#counts[bucket - this.#first] += (rows * (to - from)) / (lastUs - firstUs);
    }
  }

  /**
   * What is expected behind a time, if so many rows have come up to it: a file may count messages where rows are counted, so that what has come tells how many
   * rows one of them is.
   */
  after(readUs: EventTime | null, rows: number): Buckets {
    const fromUs = this.#first * this.#width;
    const counts = Array.from(this.#counts);
    if (readUs === null) return { fromUs, widthUs: this.#width, counts };
    let before = 0;
    counts.forEach((count, i) => {
      const gone = Math.min(1, Math.max(0, (readUs - fromUs - i * this.#width) / this.#width));
      before += count * gone;
      counts[i] = count * (1 - gone);
    });
    // Of less than one nothing can be told.
    const each = before >= 1 && rows > 0 ? rows / before : 1;
    return { fromUs, widthUs: this.#width, counts: counts.map(count => count * each) };
  }
}

/** A file may say anything. */
function isSound({ firstUs, lastUs, rows }: SourcePiece): boolean {
  return (
    Number.isSafeInteger(firstUs) &&
    Number.isSafeInteger(lastUs) &&
    lastUs >= firstUs &&
    Number.isSafeInteger(rows) &&
    rows > 0
  );
}
