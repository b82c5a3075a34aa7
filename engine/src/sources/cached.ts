import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import type { Field } from '../columns/types.js';
import { newCounters } from './counters.js';
import { SourceError } from './error.js';
import { disorderOf } from './marks.js';
import type { OpenSource, SourceConnector, SourceReader, SourceRequest } from './source.js';

/** Rows that were computed and kept. */
export interface KeptRows {
  readonly fields: readonly Field[];
  readonly columns: readonly Column[];
  readonly length: number;
  /** The watermark after each row, as it was when they were computed; null where that is not known. */
  readonly marks: Float64Array | null;
  /** When each row was received (see `Batch`); null where that is not known. */
  readonly places: Float64Array | null;
  /** The watermark before the first row. */
  readonly before: EventTime;
  /** How far event times lagged behind the highest one in the sources. */
  readonly boundUs: number;
}

/**
 * Rows that were kept, as a source. They come with the watermarks that they were computed with, so that what was late stays late. Option `cache`:
 * the number of these rows, which `rowsOf` knows.
 */
export function cachedConnector(rowsOf: ReadonlyMap<number, KeptRows>): SourceConnector {
  return {
    name: 'cached',
    open(request) {
      const rows = rowsOf.get(request.options.cache as number);
      if (rows !== undefined) return Promise.resolve(openKept(request, rows));
      const error = new SourceError(
        'MR2204',
        `the rows of '${request.name}' are not kept any more.`,
        'Run its cell again: t.cache().',
      );
      return Promise.reject(error);
    },
  };
}

function openKept({ name, time }: SourceRequest, kept: KeptRows): OpenSource {
  const { fields, length, places } = kept;
  const times = time === null ? null : timesOf(kept, time.column);
  const boundUs = kept.marks === null && times !== null ? disorderOf(times, length) : kept.boundUs;
  const marks = kept.marks ?? (times === null ? null : marksOf(times, boundUs));
  const known = times?.filter(each => !Number.isNaN(each)) ?? new Float64Array(0);
  return {
    summary: {
      name,
      fields,
      time: time?.column ?? null,
      boundUs,
      boundFrom: 'declared',
      rows: length,
      firstTime: known.length === 0 ? null : known.reduce((a, b) => Math.min(a, b)),
      lastTime: known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b)),
      ...(places === null ? {} : { received: { first: places.at(0) ?? null, last: places.at(-1) ?? null } }),
      notes: [],
    },
    live: false,
    read: () => new KeptReader(kept, marks),
    close: () => Promise.resolve(),
  };
}

/** The event times of rows; NaN where there is none. */
function timesOf({ fields, columns, length }: KeptRows, column: string): Float64Array {
  const { data, type, valid } = columns[fieldIndex({ fields }, column)];
  const times = new Float64Array(length);
  if (type.kind === 'timestamp') toEventTimes(data, type.unit, length, times);
  if (valid !== null) for (let row = 0; row < length; row++) if (valid[row] === 0) times[row] = NaN;
  return times;
}

/** The marks of kept rows as a source makes them: the highest event time so far less the bound. */
export function marksByTime(kept: KeptRows, column: string, boundUs: number): Float64Array {
  return marksOf(timesOf(kept, column), boundUs);
}

/** Whether marks are the same. */
export function sameMarks(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((mark, row) => mark === b[row]);
}

function marksOf(times: Float64Array, boundUs: number): Float64Array {
  let highest: EventTime = START_OF_TIME;
  return times.map(time => {
    if (time > highest) highest = time;
    return highest - boundUs;
  });
}

/** One reading: batches are windows on the columns. */
class KeptReader implements SourceReader {
  readonly counters = newCounters();
  #row = 0;
  #begun = false;

  constructor(
    private readonly kept: KeptRows,
    private readonly marks: Float64Array | null,
  ) {}

  next(maxRows: number): Promise<Batch | null> {
    const { fields, columns, length } = this.kept;
    const begins = !this.#begun && this.kept.before > START_OF_TIME;
    this.#begun = true;
    const from = this.#row;
    const to = begins ? from : Math.min(length, from + maxRows);
    if (from === to && !begins) return Promise.resolve(null);
    this.#row = to;
    this.counters.rows += to - from;
    const marks = this.marks?.subarray(from, to) ?? null;
    const places = this.kept.places?.subarray(from, to);
    return Promise.resolve({
      schema: { fields },
      length: to - from,
      columns: columns.map(column => ({
        ...column,
        data: column.data.subarray(from, to),
        valid: column.valid?.subarray(from, to) ?? null,
      })),
      kinds: null,
      marks,
      ...(places === undefined ? {} : { places }),
      watermark: marks?.at(-1) ?? this.kept.before,
    });
  }

  close(): Promise<void> {
    this.#row = this.kept.length;
    return Promise.resolve();
  }
}
