import type { Batch } from '../columns/batch.js';
import { BatchBuilder } from '../columns/builder.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { timestampType, type Field } from '../columns/types.js';
import type { Arrival, ArrivalDecoder, ArrivalFormat, ArrivalRequest, RowMarks } from './arrival.js';
import { addReject } from './counters.js';
import { SourceError } from './error.js';
import type { EventTimeColumn } from './eventTime.js';
import { MarkMaker } from './marks.js';
import { textOption, type Options } from './options.js';
import type { SourceCounters } from './source.js';
import { TimeUnitGuard } from './timeUnitGuard.js';

const CAPACITY = 8192;

/** The columns of rows that arrive: those that are read from what arrives, and behind them, if it is asked for, when it was received. */
export interface ArrivalColumns {
  readonly decoded: readonly Field[];
  readonly fields: readonly Field[];
}

/** The columns as option `receivedAt` would have them: it names one more, of timestamps in microseconds. Error `MR3505` for a name that is taken. */
export function arrivalColumns(decoded: readonly Field[], options: Options): ArrivalColumns {
  const name = textOption(options, 'receivedAt', '');
  if (name === '') return { decoded, fields: decoded };
  if (decoded.some(field => field.name === name)) {
    throw new SourceError(
      'MR3505',
      `the time of receipt is to be in column '${name}', and the rows have a column of that name.`,
      "Give it another one: { receivedAt: 'received' }.",
    );
  }
  return { decoded, fields: [...decoded, { name, type: timestampType('us'), nullable: false }] };
}

/** What rows are made with. */
export interface ArrivalRowsOptions {
  readonly format: ArrivalFormat;
  readonly options: Options;
  readonly columns: ArrivalColumns;
  readonly time: EventTimeColumn | null;
  readonly boundUs: number;
  readonly counters: SourceCounters;
  readonly ask: (request: ArrivalRequest) => void;
  /** Whether rows have their places by when they were received: recorded ones, that are put in order with those of other recordings. */
  readonly placed?: boolean;
}

/** What is kept from one arrival to the next. */
export interface ArrivalPlace {
  readonly messages: number;
  readonly marks: MarkMaker['state'] | null;
  /** The latest time of receipt so far. */
  readonly latestUs: EventTime;
}

/**
 * Makes batches of what arrives: `begin` one, `add` arrivals while it takes them, and take the `batch`. The same for a live feed and for a recording of it.
 */
export class ArrivalRows {
  readonly #decoder: ArrivalDecoder;
  readonly #marks: RowMarks | null;
  /** The position of the column of receive times, or -1. */
  readonly #received: number;
  /** Null where rows have no times of their own, or their decoder keeps an account of each. */
  readonly #units: TimeUnitGuard | null;
  #builder: BatchBuilder;
  #atUs = 0;
  /** The latest time of receipt so far. */
  #latestUs: EventTime = START_OF_TIME;
  #places = new Float64Array(0);
  #arrivals = 0;

  constructor(private readonly made: ArrivalRowsOptions) {
    const { format, options, columns, time, boundUs, counters, ask } = made;
    this.#builder = new BatchBuilder(columns, CAPACITY);
    this.#received = columns.fields.length > columns.decoded.length ? columns.decoded.length : -1;
    this.#decoder = format.decoder(
      { fields: columns.decoded },
      options,
      (position, reason, text) => addReject(counters, position, reason, text),
      ask,
    );
    this.#marks =
      time === null
        ? null
        : (this.#decoder.rowMarks?.(time.unit, boundUs) ?? new MarkMaker(time.unit, boundUs));
    const isGuarded = this.#marks instanceof MarkMaker && time !== null && time.index !== this.#received;
    this.#units = isGuarded
      ? new TimeUnitGuard(time, (reason, text) => addReject(counters, this.#arrivals, reason, text))
      : null;
  }

  /** Rows of the batch so far. */
  get length(): number {
    return this.#builder.length;
  }

  /** Whether the last arrival has rows that no batch has had. */
  get isOpen(): boolean {
    return this.#decoder.isOpen;
  }

  /** Whether the batch has room for another arrival. */
  get takes(): boolean {
    return !this.#decoder.isOpen && this.#builder.length < this.#builder.limit;
  }

  /** Begins a batch of at most so many rows; what is left of the last arrival comes first. */
  begin(maxRows: number): void {
    if (this.#builder.isLarge) this.#builder = new BatchBuilder(this.made.columns, CAPACITY);
    this.#builder.begin(maxRows);
    if (this.#decoder.isOpen) this.#read();
  }

  /** Reads what arrived; only while it `takes`. */
  add(arrival: Arrival): void {
    this.#atUs = arrival.atUs;
    if (arrival.kind === 'message') this.#arrivals++;
    this.#decoder.begin(arrival);
    if (this.#decoder.isOpen) this.#read();
  }

  /** Shows what arrived to a decoder that looks at once; what it makes of it comes with the next batch. */
  note(arrival: Arrival): void {
    this.#decoder.begin(arrival);
  }

  /** The rows, in buffers that are used again by the next batch. */
  batch(): Batch {
    const builder = this.#builder;
    const { counters, placed } = this.made;
    counters.rows += builder.length;
    const batch = this.#marked();
    return placed === true ? { ...batch, places: this.#places } : batch;
  }

  #marked(): Batch {
    const builder = this.#builder;
    const { time } = this.made;
    if (this.#marks === null || time === null) return builder.batch(null, START_OF_TIME);
    const marks = this.#marks.marks(builder.columns[time.index].column(), builder.length);
    return builder.batch(marks, this.#marks.watermark);
  }

  /** Where it stands between two arrivals, for `resume`; null where that cannot be said. */
  place(): ArrivalPlace | null {
    const marks = this.#marks;
    const { messages, isOpen } = this.#decoder;
    if (isOpen || messages === undefined || !(marks === null || marks instanceof MarkMaker)) return null;
    return { messages, marks: marks?.state ?? null, latestUs: this.#latestUs };
  }

  /** Goes on from where others of the same format stood. */
  resume({ messages, marks, latestUs }: ArrivalPlace): void {
    this.#latestUs = latestUs;
    this.#arrivals = messages;
    this.#decoder.messages = messages;
    if (marks !== null && this.#marks instanceof MarkMaker) this.#marks.resume(marks);
  }

  #read(): void {
    const builder = this.#builder;
    const from = builder.length;
    this.#decoder.read(builder);
    this.#units?.check(builder, from, this.#atUs);
    if (this.made.placed === true) this.#place(from, builder.length);
    if (this.#received < 0) return;
    const column = builder.columns[this.#received];
    for (let row = from; row < builder.length; row++) column.floats[row] = this.#atUs;
  }

  /** A clock that was set back while it was recorded changes no order. */
  #place(from: number, to: number): void {
    if (this.#atUs > this.#latestUs) this.#latestUs = this.#atUs;
    if (to > this.#places.length) {
      const places = new Float64Array(Math.max(to, 2 * this.#places.length, CAPACITY));
      places.set(this.#places);
      this.#places = places;
    }
    this.#places.fill(this.#latestUs, from, to);
  }
}
