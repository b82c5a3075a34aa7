import type { Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { RowKeeper } from '../codegen/rowKeeper.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** A number for each key, and its place in two tables. */
const BYTES_PER_KEY = 24;

/** Passes on each row whose values in some columns have not come before. Rows only come; what has come is never forgotten. */
export class DistinctOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #columns: readonly number[];
  readonly #keys: readonly number[];
  readonly #groups: GroupIndex;
  readonly #keeper: RowKeeper;
  /** How many combinations have come: they are numbered in the order in which they do. */
  #seen = 0;
  #rows = new Int32Array(0);

  constructor(
    input: Schema,
    readonly output: Schema,
    /** The columns whose values are looked at. */
    by: readonly string[] = output.fields.map(({ name }) => name),
  ) {
    this.#columns = output.fields.map(({ name }) => fieldIndex(input, name));
    this.#keys = by.map(name => fieldIndex(input, name));
    this.#groups = new GroupIndex(
      this.#keys.map(at => input.fields[at].type),
      true,
    );
    this.#keeper = new RowKeeper(output);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { length } = batch;
    const columns = length === 0 ? [] : this.#columns.map(at => batch.columns[at]);
    const narrowed = { ...batch, schema: this.output, columns };
    if (length === 0) {
      out(narrowed);
      return;
    }
    if (this.#rows.length < length) this.#rows = new Int32Array(length * 2);
    const groups = this.#groups.assign(
      this.#keys.map(at => batch.columns[at]),
      length,
    );
    let count = 0;
    let seen = this.#seen;
    for (let row = 0; row < length; row++) {
      this.#rows[count] = row;
      if (groups[row] === seen) {
        seen++;
        count++;
      }
    }
    this.#seen = seen;
    const kept = this.#keeper.keep(narrowed, this.#rows, count);
    const { leadingMark } = this.#keeper;
    if (count > 0 && leadingMark !== null) out({ ...kept, length: 0, watermark: leadingMark });
    out(kept);
  }

  bytes(): number {
    return this.#seen * BYTES_PER_KEY;
  }

  stateRows(): number {
    return this.#seen;
  }

  snapshot(writer: StateWriter): void {
    writer.value('seen', this.#seen);
    this.#groups.snapshot(writer.section('groups'));
  }

  restore(reader: StateReader): void {
    this.#seen = reader.value('seen') as number;
    this.#groups.restore(reader.section('groups'));
  }
}
