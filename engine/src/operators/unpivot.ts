import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { RowStore } from './rowStore.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Puts several columns of a type, which are the last ones of the input, below each other: a row for each of them. */
export class UnpivotOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #names = new Dictionary();
  readonly #codes: readonly number[];
  readonly #values: RowStore;
  /** How many columns each row keeps. */
  readonly #kept: number;
  readonly #keptRows: RowStore;
  #positions = new Int32Array(0);
  #rows = new Int32Array(0);
  #nameCodes = new Int32Array(0);
  /** The watermark before the next row. */
  #watermark: EventTime = START_OF_TIME;

  constructor(
    input: Schema,
    readonly output: Schema,
    columns: readonly string[],
  ) {
    this.#codes = columns.map(name => this.#names.intern(name));
    this.#kept = input.fields.length - columns.length;
    this.#values = new RowStore({ fields: [output.fields[output.fields.length - 1]] });
    this.#keptRows = new RowStore({ fields: input.fields.slice(0, this.#kept) });
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { length } = batch;
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    if (length === 0) {
      out({ ...batch, schema: this.output, columns: [] });
      return;
    }
    const width = this.#codes.length;
    const count = length * width;
    this.#fit(count, length);
    out({
      schema: this.output,
      length: count,
      columns: [...this.#repeated(batch, count), this.#nameColumn(), ...this.#interleaved(batch, count)],
      kinds: batch.kinds === null ? null : repeat(batch.kinds, length, width, new Uint8Array(count)),
      marks: batch.marks === null ? null : this.#marks(batch, batch.marks, before),
      watermark: batch.watermark,
    });
  }

  /**
   * A row's mark is for what comes after it, and may be later than the row's own time: of the rows that are made of it the last one alone carries it,
   * so that none of them is late. Changes carry one mark a batch.
   */
  #marks({ length, kinds }: Batch, marks: Float64Array, before: EventTime): Float64Array {
    const width = this.#codes.length;
    const made = repeat(marks, length, width, new Float64Array(length * width));
    if (kinds !== null) return made;
    for (let row = 0; row < length; row++)
      made.fill(row === 0 ? before : marks[row - 1], row * width, (row + 1) * width - 1);
    return made;
  }

  #fit(count: number, length: number): void {
    const width = this.#codes.length;
    if (this.#rows.length < count) {
      this.#rows = new Int32Array(count * 2);
      this.#positions = new Int32Array(count * 2);
      this.#nameCodes = new Int32Array(count * 2);
    }
    for (let row = 0, at = 0; row < length; row++) {
      for (let k = 0; k < width; k++, at++) {
        this.#rows[at] = row;
        this.#positions[at] = k * length + row;
        this.#nameCodes[at] = this.#codes[k];
      }
    }
  }

  #repeated(batch: Batch, count: number): Column[] {
    const store = this.#keptRows;
    store.compact(this.#rows, 0);
    store.append(batch.columns.slice(0, this.#kept), 0, batch.length);
    return store.gather(this.#rows, count);
  }

  #nameColumn(): Column {
    const { type } = this.output.fields[this.#kept];
    return { type, data: this.#nameCodes, valid: null, dictionary: this.#names };
  }

  /** The values of all columns, one column after the other in the store, row by row in the batch. */
  #interleaved(batch: Batch, count: number): Column[] {
    const store = this.#values;
    store.compact(this.#rows, 0);
    for (const column of batch.columns.slice(this.#kept)) store.append([column], 0, batch.length);
    return store.gather(this.#positions, count);
  }

  bytes(): number {
    return 0;
  }

  stateRows(): number {
    return 0;
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as EventTime;
  }
}

function repeat<Lane extends Uint8Array | Float64Array>(
  from: Lane,
  length: number,
  width: number,
  to: Lane,
): Lane {
  for (let row = 0, at = 0; row < length; row++) for (let k = 0; k < width; k++) to[at++] = from[row];
  return to;
}
