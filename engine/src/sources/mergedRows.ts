import type { Batch } from '../columns/batch.js';
import { wideValue } from '../columns/column.js';
import type { Column } from '../columns/column.js';
import type { EventTime } from '../columns/time.js';
import { countsOf } from './counters.js';
import type { CountsSoFar } from './counters.js';
import { MarkMaker } from './marks.js';
import type { EventTimeColumn } from './eventTime.js';
import type { OpenSource, SourceReader } from './source.js';

/** Where one of several files stands. */
export interface FilePlace {
  /** Its place among the files. */
  readonly file: number;
  /** A bookmark of its reading, or its start; how many rows lie between that and the row that is next. */
  readonly place: unknown;
  readonly passed: number;
  readonly marks: MarkMaker['state'] | null;
  /** What had been counted of it. */
  readonly noted: CountsSoFar;
}

/** One of several files while they are read together: its batch, and the running maximum of event time at each of its rows. */
export class MergedFile {
  batch: Batch | null = null;
  /** The row that is next, and that row's running maximum; Infinity at the end. */
  row = 0;
  key: EventTime = -Infinity;
  readonly reader: SourceReader;
  /** What has been counted of it as counts of all. */
  noted: CountsSoFar;
  #keys: Float64Array = new Float64Array(0);
  readonly #marks: MarkMaker | null;
  /** The last bookmark of its reading, and rows of the batches between that and the batch at hand. */
  #place: Pick<FilePlace, 'place' | 'marks'>;
  #between = 0;
  /** Rows that are to be left out, since they were given before the bookmark that it began at. */
  #skip: number;

  constructor(
    /** Its place among the files, which decides between equal times. */
    readonly place: number,
    source: OpenSource,
    columns: ReadonlySet<string> | null,
    private readonly time: EventTimeColumn | null,
    from: FilePlace | null = null,
  ) {
    this.reader = source.read(columns, from?.place);
    this.noted = from?.noted ?? countsOf(this.reader.counters);
    this.#marks = time === null ? null : new MarkMaker(time.unit, 0);
    this.#place = { place: from?.place ?? null, marks: from?.marks ?? null };
    this.#skip = from?.passed ?? 0;
    if (this.#place.marks !== null) this.#marks?.resume(this.#place.marks);
  }

  /** Where it stands. */
  bookmark(): FilePlace {
    const passed = this.#between + this.row;
    return { file: this.place, ...this.#place, passed: passed + this.#skip, noted: this.noted };
  }

  /** Reads the next batch, whose first row is next then; the key is Infinity where there is none. */
  async advance(maxRows: number): Promise<void> {
    do {
      this.#noteStart();
      const batch = await this.reader.next(maxRows);
      this.batch = batch;
      this.row = 0;
      if (batch === null) {
        this.key = Infinity;
        return;
      }
      this.row = Math.min(this.#skip, batch.length);
      this.#skip -= this.row;
      if (this.#marks === null || this.time === null) continue;
      this.#keys = this.#marks.marks(batch.columns[this.time.index], batch.length);
      if (this.row < batch.length) this.key = this.#keys[this.row];
    } while (this.isRead);
  }

  /** Notes where the batch begins that is read next. */
  #noteStart(): void {
    const place = this.reader.bookmark?.() ?? null;
    this.#between += this.batch?.length ?? 0;
    if (place === null) return;
    this.#place = { place, marks: this.#marks?.state ?? null };
    this.#between = 0;
  }

  /** Where the run of rows ends that are before a row of time `limit`; with `ties`, those of that time too. At least the next row is in it. */
  runEnd(limit: EventTime, ties: boolean, most: number): number {
    const { length } = this.batch as Batch;
    const to = Math.min(length, this.row + most);
    if (limit === Infinity || this.#marks === null) return to;
    const keys = this.#keys;
    let end = this.row + 1;
    if (ties) while (end < to && keys[end] <= limit) end++;
    else while (end < to && keys[end] < limit) end++;
    return end;
  }

  /** Goes on behind rows that have been taken. */
  pass(end: number): void {
    this.row = end;
    if (this.#marks !== null && end < (this.batch as Batch).length) this.key = this.#keys[end];
  }

  get isRead(): boolean {
    return this.batch === null || this.row === this.batch.length;
  }
}

/** Columns that rows of several batches are copied into, as many as fit. The string columns of all have one dictionary each. */
export class RowCopies {
  length = 0;
  readonly #columns: CopiedColumn[];

  constructor(
    schema: Batch['schema'],
    readonly capacity: number,
  ) {
    this.#columns = schema.fields.map(() => new CopiedColumn(capacity));
  }

  add(batch: Batch, from: number, to: number): void {
    this.#columns.forEach((column, i) => column.add(batch.columns[i], from, to, this.length));
    this.length += to - from;
  }

  columns(): Column[] {
    return this.#columns.map(column => column.column(this.length));
  }

  clear(): void {
    this.length = 0;
    for (const column of this.#columns) column.clear();
  }
}

class CopiedColumn {
  #like: Column | null = null;
  #lane: Column['data'] | null = null;
  #wide: BigInt64Array<ArrayBuffer> | null = null;
  #isWide = false;
  #valid: Uint8Array<ArrayBuffer> | null = null;
  #hasNull = false;

  constructor(private readonly capacity: number) {}

  add(column: Column, from: number, to: number, at: number): void {
    this.#like = column;
    const { data, valid } = column;
    if (data instanceof BigInt64Array) {
      this.#widen(at);
      (this.#wide as BigInt64Array).set(data.subarray(from, to), at);
    } else if (this.#isWide) {
      const wide = this.#wide as BigInt64Array;
      for (let row = from; row < to; row++) wide[at + row - from] = wideValue(data[row]);
    } else {
      this.#lane ??= new (data.constructor as new (length: number) => Column['data'])(this.capacity);
      copy(data, from, to, this.#lane as Float64Array, at);
    }
    if (valid !== null && !this.#hasNull) {
      this.#valid ??= new Uint8Array(this.capacity);
      this.#valid.fill(1);
      this.#hasNull = true;
    }
    if (!this.#hasNull) return;
    if (valid === null) this.#valid?.fill(1, at, at + to - from);
    else this.#valid?.set(valid.subarray(from, to), at);
  }

  #widen(rows: number): void {
    if (this.#isWide) return;
    this.#isWide = true;
    const wide = (this.#wide ??= new BigInt64Array(this.capacity));
    const lane = this.#lane;
    if (lane !== null) for (let row = 0; row < rows; row++) wide[row] = wideValue(lane[row]);
  }

  column(length: number): Column {
    const like = this.#like as Column;
    const lane = (this.#isWide ? this.#wide : this.#lane) as Column['data'];
    return {
      ...like,
      data: lane.subarray(0, length),
      valid: this.#hasNull ? (this.#valid as Uint8Array).subarray(0, length) : null,
    };
  }

  clear(): void {
    this.#isWide = false;
    this.#hasNull = false;
  }
}

/** Copies a few values one by one, which a call for each of many short runs would cost more than, and many at once. */
function copy(
  from: Exclude<Column['data'], BigInt64Array>,
  start: number,
  end: number,
  to: Float64Array,
  at: number,
) {
  if (end - start > 16) to.set(from.subarray(start, end), at);
  else for (let row = start; row < end; row++) to[at + row - start] = from[row];
}
