import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { OpenSource, SourceBreak, SourceReader } from '../sources/source.js';
import { ExpectedRows } from './expectedRows.js';
import { LargestSpans } from './largestSpans.js';
import { TimeHistogram } from './timeHistogram.js';

/** So many spans without rows are remembered of a replay, the longest ones; and so many places where rows are missing. */
const MOST_SPANS = 256;
const MOST_BREAKS = 64;
/** Rows between which spans are compared one after the other; of more, only where they lie so far apart that it can matter. */
const LEAF_ROWS = 64;

/**
 * What a replay is like over time, as far as it has been read: rows by time, the longest spans without any, and where rows are missing. Rows that are read again,
 * after the clock was set back, are not counted again: they are known by their positions.
 */
export class FeedProfile {
  readonly histogram = new TimeHistogram();
  readonly silences = new LargestSpans(MOST_SPANS);
  readonly missing = new LargestSpans(MOST_BREAKS);
  readonly expected: ExpectedRows | null;
  /** Interruptions that a recording tells of. */
  readonly breaks: SourceBreak[] = [];
  /** Whether all of it has been read. */
  isWhole = false;
  /** The places of the first and the last row; null: there is none. */
  first: EventTime | null = null;
  last: EventTime | null = null;
  /** Rows whose places are known to come. */
  #counted = 0;
  #lastBreakUs = -Infinity;
  readonly #missingColumn: number;
  readonly #boundUs: number;

  constructor({ summary, missing, pieces }: Pick<OpenSource, 'summary' | 'missing' | 'pieces'>) {
    this.#boundUs = summary.boundUs;
    this.expected = pieces === undefined || pieces.length === 0 ? null : new ExpectedRows(pieces);
    this.#missingColumn = summary.fields.findIndex(({ name }) => name === missing);
  }

  /** Takes note of a batch that has been read, so many rows lying before it; null: nothing lies behind that position. */
  read(batch: Batch | null, position: number, { breaks }: Pick<SourceReader, 'breaks'>): void {
    if (breaks !== undefined) this.#noteBreaks(breaks);
    if (batch === null) {
      this.isWhole = true;
      return;
    }
    const { places, marks, length } = batch;
    const skipped = Math.min(length, Math.max(0, this.#counted - position));
    this.#counted = Math.max(this.#counted, position + length);
    const times = places ?? marks;
    if (times === null) return;
    const shift = places === undefined ? this.#boundUs : 0;
    let from = skipped;
    // Rows before the first one that has a time.
    while (from < length && times[from] === -Infinity) from++;
    if (from === length) return;
    if (this.#missingColumn >= 0) this.#noteMissing(batch, times, from, shift);
    const first = times[from] + shift;
    this.first ??= first;
    if (this.last !== null) this.#noteSilence(this.last, first);
    this.#scan(times, from, length - 1, shift);
    this.histogram.add(times, from, length, shift);
    this.last = times[length - 1] + shift;
  }

  #noteSilence(fromUs: EventTime, toUs: EventTime): void {
    if (toUs - fromUs > this.silences.threshold) this.silences.add({ fromUs, toUs, size: toUs - fromUs });
  }

  /** Looks for long spans between two rows: not where first and last lie nearer to each other than what is kept already. */
  #scan(times: Float64Array, low: number, high: number, shift: number): void {
    if (times[high] - times[low] <= this.silences.threshold) return;
    if (high - low > LEAF_ROWS) {
      const middle = (low + high) >>> 1;
      this.#scan(times, low, middle, shift);
      this.#scan(times, middle, high, shift);
      return;
    }
    let { threshold } = this.silences;
    for (let row = low + 1; row <= high; row++) {
      if (times[row] - times[row - 1] <= threshold) continue;
      this.#noteSilence(times[row - 1] + shift, times[row] + shift);
      ({ threshold } = this.silences);
    }
  }

  #noteMissing({ columns, length }: Batch, times: Float64Array, from: number, shift: number): void {
    const { data, valid } = columns[this.#missingColumn];
    for (let row = from; row < length; row++) {
      if (!(data[row] > 0) || (valid !== null && valid[row] === 0)) continue;
      const toUs = times[row] + shift;
      const fromUs = row > from ? times[row - 1] + shift : (this.last ?? toUs);
      this.missing.add({ fromUs, toUs, size: Number(data[row]) });
    }
  }

  /** Each reading tells them from where it began; those of before have been noted. */
  #noteBreaks(breaks: readonly SourceBreak[]): void {
    for (let i = breaks.length - 1; i >= 0 && breaks[i].toUs > this.#lastBreakUs; i--) {
      if (this.breaks.length < MOST_BREAKS) this.breaks.push(breaks[i]);
    }
    this.#lastBreakUs = Math.max(this.#lastBreakUs, breaks.at(-1)?.toUs ?? -Infinity);
  }
}
