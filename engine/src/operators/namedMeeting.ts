import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { valueAt } from '../columns/values.js';
import { GroupIndex } from './groupIndex.js';
import { grownBytes } from './growing.js';
import type { MeetingStats } from './meetingStats.js';
import type { RowMeeting } from './rowMeeting.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Rows that have ids without an order: a row has come before if its id is among the last that have. */
export class NamedMeeting implements RowMeeting {
  old = 0;
  unnumbered = 0;
  readonly tell = null;
  readonly #columns: readonly number[];
  readonly #ids: readonly number[];
  readonly #index: GroupIndex;
  /** Whether a row of each id has gone on: rows without an id have numbers, too. */
  #gone = new Uint8Array(1024);
  #size = 0;

  constructor(
    schema: Schema,
    by: readonly string[],
    id: readonly string[],
    /** Twice so many ids are known at most, and the last of them at least. */
    readonly remember: number,
  ) {
    this.#columns = [...by, ...id].map(name => fieldIndex(schema, name));
    this.#ids = id.map(name => fieldIndex(schema, name));
    this.#index = new GroupIndex(
      this.#columns.map(at => schema.fields[at].type),
      true,
    );
  }

  keep(batch: Batch, rows: Int32Array, { notes }: { readonly notes: boolean }): number {
    const columns = this.#columns.map(at => batch.columns[at]);
    const nulls = this.#ids.flatMap(at => batch.columns[at].valid ?? []);
    if (!notes) return this.#unknown(columns, nulls, batch.length, rows);
    let count = 0;
    // What is forgotten is the same however rows were cut into batches.
    for (let from = 0; from < batch.length;) {
      const to = Math.min(batch.length, from + 2 * this.remember - this.#size);
      const length = to - from;
      const numbers = this.#index.assign(
        from === 0 && to === batch.length ? columns : columns.map(column => part(column, from, to)),
        length,
      );
      for (let k = 0; k < length; k++) {
        const number = numbers[k];
        if (number >= this.#size) this.#size = number + 1;
        if (number >= this.#gone.length) this.#gone = grownBytes(this.#gone, number + 1);
        if (nulls.length > 0 && nulls.some(valid => valid[from + k] === 0)) {
          this.unnumbered++;
        } else {
          if (this.#gone[number] === 1) continue;
          this.#gone[number] = 1;
        }
        rows[count++] = from + k;
      }
      if (this.#size >= 2 * this.remember) this.#forget();
      from = to;
    }
    return count;
  }

  /**
   * Which rows have not come. They are given no numbers: an id that was numbered while it waited would count as old when it comes at last, and be
   * forgotten too soon.
   */
  #unknown(
    columns: readonly Column[],
    nulls: readonly Uint8Array[],
    length: number,
    rows: Int32Array,
  ): number {
    let count = 0;
    for (let row = 0; row < length; row++) {
      const hasId = nulls.every(valid => valid[row] === 1);
      const number = hasId ? this.#index.find(columns.map(column => valueAt(column, row))) : -1;
      if (number < 0 || this.#gone[number] === 0) rows[count++] = row;
    }
    return count;
  }

  /** Keeps the last ids alone. */
  #forget(): void {
    const from = this.#size - this.remember;
    this.#index.keepOnly(Int32Array.from({ length: this.remember }, (_, k) => from + k));
    this.#gone.copyWithin(0, from, this.#size);
    this.#gone.fill(0, this.remember);
    this.#size = this.remember;
  }

  gaps(): void {
    // Nothing says which ids there are.
  }

  stats(): Pick<MeetingStats, 'missing' | 'keys'> {
    return { missing: null, keys: null };
  }

  bytes(): number {
    return this.#index.bytes() + this.#gone.byteLength;
  }

  stateRows(): number {
    return this.#size;
  }

  snapshot(writer: StateWriter): void {
    writer.value('size', this.#size);
    writer.lane('gone', this.#gone, this.#size);
    this.#index.snapshot(writer.section('index'));
  }

  restore(reader: StateReader): void {
    this.#size = reader.value('size') as number;
    this.#gone = grownBytes(reader.lane('gone') as Uint8Array, 1024);
    this.#index.restore(reader.section('index'));
  }
}

function part(column: Column, from: number, to: number): Column {
  const { data, valid } = column;
  return { ...column, data: data.subarray(from, to), valid: valid?.subarray(from, to) ?? null };
}
