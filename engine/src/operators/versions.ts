import { RowKind, type Batch } from '../columns/batch.js';
import type { Column, Lane } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { fromEventTime, START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import { BOOLEAN } from '../columns/types.js';
import { ColumnGather } from '../codegen/gather.js';
import type { PhysicalVersions } from '../physical/asOfJoin.js';
import { StatelessOperator, type Emitter } from './operator.js';
import { compareRows } from './rowCompare.js';

type VersionsPlan = PhysicalVersions & { readonly input: Schema; readonly output: Schema };

/**
 * Makes rows that only come of a table whose rows change: each row that comes is a version of its key from its event time on, and each that is taken away
 * ends its key's version at its own event time (the last column says so). A value that is replaced is left out, since what replaces it ends it.
 */
export class VersionsOperator extends StatelessOperator {
  readonly #plan: VersionsPlan;
  readonly #keys: readonly number[];
  readonly #time: number;
  readonly #gathers: readonly ColumnGather[];
  #rows = new Int32Array(0);
  #ended = new Uint8Array(0);
  #marks = new Float64Array(0);
  readonly #us = new Float64Array(1);

  constructor(plan: VersionsPlan) {
    super();
    this.#plan = plan;
    this.#keys = plan.keys.map(name => fieldIndex(plan.input, name));
    this.#time = fieldIndex(plan.input, plan.time.column);
    this.#gathers = plan.input.fields.map(() => new ColumnGather());
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { output: schema } = this.#plan;
    const { length, marks, watermark, kinds } = batch;
    if (this.#rows.length < length) {
      this.#rows = new Int32Array(length * 2);
      this.#ended = new Uint8Array(length * 2);
      this.#marks = new Float64Array(length * 2);
    }
    if (length === 0 || kinds === null) {
      const columns = length === 0 ? [] : [...batch.columns, ended(this.#ended.fill(0, 0, length))];
      out({ ...batch, schema, columns });
      return;
    }
    const moved = new Map<number, Lane[number]>();
    const count = this.#choose(batch, kinds, moved);
    const columns = batch.columns.map((column, k) => this.#gathers[k].run(column, this.#rows, count));
    const { data } = columns[this.#time];
    for (const [row, time] of moved) data[row] = time as never;
    for (let k = 0; k < count; k++) this.#marks[k] = marks === null ? START_OF_TIME : marks[this.#rows[k]];
    const made = [...columns, ended(this.#ended)];
    out({ schema, length: count, columns: made, kinds: null, marks: this.#marks, watermark });
  }

  /** Leaves the rows that go on in `#rows`, and in `moved` the times of those that end at another time than their own. */
  #choose(batch: Batch, kinds: Uint8Array, moved: Map<number, Lane[number]>): number {
    let count = 0;
    for (let row = 0; row < batch.length; row++) {
      const kind = kinds[row];
      const replaced = kind === RowKind.UpdateBefore;
      const follows = replaced && row + 1 < batch.length && kinds[row + 1] === RowKind.UpdateAfter;
      if (follows && this.#isOneKey(batch.columns, row)) continue;
      this.#rows[count] = row;
      this.#ended[count] = replaced || kind === RowKind.Delete ? 1 : 0;
      // The time of a value that is replaced is when it began.
      if (replaced) {
        const time = follows ? batch.columns[this.#time].data[row + 1] : this.#markOf(batch, row);
        moved.set(count, time);
      }
      count++;
    }
    return count;
  }

  #isOneKey(columns: readonly Column[], row: number): boolean {
    return this.#keys.every(at => compareRows(columns[at], row, row + 1) === 0);
  }

  /** When a value without a successor ended, as far as is known: when it was taken away, by the watermark. */
  #markOf({ columns, marks }: Batch, row: number): Lane[number] {
    const { data } = columns[this.#time];
    const { unit } = this.#plan.time;
    const mark: EventTime = marks === null ? START_OF_TIME : marks[row];
    toEventTimes(data.subarray(row, row + 1), unit, 1, this.#us);
    if (!(mark > this.#us[0]) || mark === Infinity) return data[row];
    const ticks = fromEventTime(mark, unit);
    const whole = typeof ticks === 'bigint' ? ticks : BigInt(Math.ceil(ticks));
    return data instanceof BigInt64Array ? whole : Number(whole);
  }
}

function ended(data: Uint8Array): Column {
  return { type: BOOLEAN, data, valid: null, dictionary: null };
}
