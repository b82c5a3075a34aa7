import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { INT64 } from '../columns/types.js';
import type { ChangedRows } from './changedRows.js';
import type { Emitter } from './operator.js';
import type { RowStore } from './rowStore.js';
import { grown } from './valueIds.js';

/** Gathers what one batch changes of rows with new columns, in groups, each of which is judged by one mark; and tells it. */
export class RolledChanges {
  #count = 0;
  #rows = new Int32Array(0);
  #values = new Int32Array(0);
  #kinds = new Uint8Array(0);
  #marks = new Float64Array(0);
  #before: EventTime = 0;
  /** The mark in force before the first change, where rows before it have told nothing; else null. */
  #leading: EventTime | null = null;
  #numbers = new Float64Array(0);
  /** For each column of the output, the input's column, the new one in its place, or the rows' numbers. */
  readonly #layout: readonly { readonly from: 'input' | 'new' | 'numbers'; readonly at: number }[];

  /** @param number the column of the rows' numbers; null: there is none */
  constructor(
    readonly output: Schema,
    input: Schema,
    columns: readonly string[],
    number: string | null,
  ) {
    this.#layout = output.fields.map(({ name }) => {
      if (name === number) return { from: 'numbers', at: 0 };
      const made = columns.indexOf(name);
      return made >= 0 ? { from: 'new', at: made } : { from: 'input', at: fieldIndex(input, name) };
    });
  }

  /** A batch begins. */
  begin(before: EventTime): void {
    this.#before = before;
    this.#count = 0;
    this.#leading = null;
  }

  /** What is added next is judged by this mark, which is no less than those before it. */
  judge(mark: EventTime): void {
    if (this.#count > 0) this.#marks[this.#count - 1] = mark;
    else this.#leading = mark > this.#before ? mark : null;
  }

  /** A row by its position, and its new columns' values by theirs. */
  add(kind: RowKind, row: number, value: number, mark: EventTime): void {
    if (this.#count === this.#rows.length) this.#grow();
    const at = this.#count++;
    this.#rows[at] = row;
    this.#values[at] = value;
    this.#kinds[at] = kind;
    this.#marks[at] = mark;
  }

  replace(row: number, value: number, now: number, made: number, mark: EventTime): void {
    this.add(RowKind.UpdateBefore, row, value, mark);
    this.add(RowKind.UpdateAfter, now, made, mark);
  }

  /** Tells what has been gathered. `last`: the mark after the last row of the batch. */
  emit(
    { store: rows, arrivals }: Pick<ChangedRows, 'store' | 'arrivals'>,
    values: RowStore,
    last: EventTime,
    watermark: EventTime,
    out: Emitter,
  ): void {
    const schema = this.output;
    const empty: Batch = { schema, length: 0, columns: [], kinds: null, marks: null, watermark };
    const length = this.#count;
    if (length === 0) {
      out(empty);
      return;
    }
    if (this.#leading !== null) out({ ...empty, watermark: this.#leading });
    this.#marks[length - 1] = Math.max(this.#marks[length - 1], last);
    const stored = rows.gather(this.#rows, length);
    const made = values.gather(this.#values, length);
    const columns = this.#layout.map(({ from, at }): Column => {
      if (from === 'numbers') return this.#numbersOf(arrivals);
      return from === 'new' ? made[at] : stored[at];
    });
    out({ ...empty, length, columns, kinds: this.#kinds, marks: this.#marks });
  }

  /** Rows are numbered as they arrive; one that takes another's place has its number. */
  #numbersOf(arrivals: Float64Array): Column {
    if (this.#numbers.length < this.#count) this.#numbers = new Float64Array(this.#rows.length);
    for (let k = 0; k < this.#count; k++) this.#numbers[k] = arrivals[this.#rows[k]];
    return { type: INT64, data: this.#numbers, valid: null, dictionary: null };
  }

  #grow(): void {
    const capacity = Math.max(1024, 2 * this.#rows.length);
    this.#rows = grown(this.#rows, capacity);
    this.#values = grown(this.#values, capacity);
    const kinds = new Uint8Array(this.#rows.length);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const marks = new Float64Array(this.#rows.length);
    marks.set(this.#marks);
    this.#marks = marks;
  }
}
