import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { compareStrings } from '../functions/aggregate/text.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Rows of an emitted batch. */
const BATCH_ROWS = 8192;

export interface SortPlan {
  readonly input: Schema;
  readonly by: readonly { readonly column: string; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number | null;
  /** Whether the input takes rows back: they match by their values. */
  readonly retracting: boolean;
}

/**
 * Puts the rows of a bounded input in order, once all of them have come, and gives so many of them. Where nothing is sorted and nothing
 * taken back, rows are passed on as they come until there are enough.
 */
export class SortOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: SortPlan;
  readonly #rows: RowStore;
  /** Of an input that takes rows back: a number for each different row, and how often it is there. */
  readonly #groups: GroupIndex | null;
  #counts = new Int32Array(0);
  #known = 0;
  /** Rows that have been passed on or left out, where nothing is sorted. */
  #passed = 0;
  #ended = false;

  constructor(plan: SortPlan) {
    this.#plan = plan;
    this.#rows = new RowStore(plan.input);
    this.#groups = plan.retracting ? new GroupIndex(plan.input.fields.map(({ type }) => type)) : null;
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (this.#groups === null && this.#plan.by.length === 0) {
      this.#passOn(batch, out);
      return;
    }
    if (batch.length > 0) this.#add(batch);
    if (batch.watermark === Infinity && !this.#ended) this.#emit(out);
    else out(this.#empty(batch.watermark === Infinity ? Infinity : START_OF_TIME));
  }

  #passOn(batch: Batch, out: Emitter): void {
    const { offset, limit } = this.#plan;
    const from = Math.min(batch.length, Math.max(0, offset - this.#passed));
    const end = limit === null ? Infinity : offset + limit;
    const to = Math.max(from, Math.min(batch.length, end - this.#passed));
    this.#passed += batch.length;
    out({
      ...batch,
      length: to - from,
      columns: batch.columns.map(column => ({
        ...column,
        data: column.data.subarray(from, to),
        valid: column.valid?.subarray(from, to) ?? null,
      })),
      marks: null,
      watermark: batch.watermark === Infinity ? Infinity : START_OF_TIME,
    });
  }

  #add(batch: Batch): void {
    const { columns, length, kinds } = batch;
    if (this.#groups === null) {
      this.#rows.append(columns, 0, length);
      return;
    }
    const groups = this.#groups.assign(columns, length);
    for (let row = 0; row < length; row++) {
      const group = groups[row];
      if (group === this.#known) {
        this.#rows.append(columns, row, row + 1);
        if (this.#known === this.#counts.length) {
          const counts = new Int32Array(Math.max(1024, 2 * this.#known));
          counts.set(this.#counts);
          this.#counts = counts;
        }
        this.#known++;
      }
      this.#counts[group] += kinds !== null && (kinds[row] & 1) === 1 ? -1 : 1;
    }
  }

  #emit(out: Emitter): void {
    this.#ended = true;
    const order = this.#alive();
    const stored = this.#rows.view(0, this.#rows.used);
    const comparers = this.#plan.by.map(({ column, descending }) =>
      comparer(stored[fieldIndex(this.#plan.input, column)], descending),
    );
    if (comparers.length > 0) {
      order.sort((a, b) => {
        for (const compare of comparers) {
          const result = compare(a, b);
          if (result !== 0) return result;
        }
        return a - b;
      });
    }
    const { offset, limit } = this.#plan;
    const wanted = order.subarray(offset, limit === null ? order.length : offset + limit);
    const marks = new Float64Array(BATCH_ROWS).fill(START_OF_TIME);
    for (let at = 0; at < wanted.length; at += BATCH_ROWS) {
      const part = wanted.subarray(at, at + BATCH_ROWS);
      const columns = this.#rows.gather(part, part.length);
      out({ ...this.#empty(START_OF_TIME), columns, length: part.length, marks });
    }
    this.#rows.compact(order, 0);
    out(this.#empty(Infinity));
  }

  /** The positions of the rows that are there, each as often as it is. */
  #alive(): Int32Array {
    if (this.#groups === null) return Int32Array.from({ length: this.#rows.used }, (_, row) => row);
    const alive: number[] = [];
    for (let row = 0; row < this.#known; row++) for (let k = 0; k < this.#counts[row]; k++) alive.push(row);
    return Int32Array.from(alive);
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.input, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  bytes(): number {
    return this.#rows.bytes() + this.#counts.byteLength;
  }

  stateRows(): number {
    return this.#rows.used;
  }

  snapshot(writer: StateWriter): void {
    writer.value('passed', this.#passed);
    writer.value('ended', this.#ended);
    writer.lane('counts', this.#counts, this.#known);
    this.#rows.snapshot(writer.section('rows'), 0);
    this.#groups?.snapshot(writer.section('groups'));
  }

  restore(reader: StateReader): void {
    this.#passed = reader.value('passed') as number;
    this.#ended = reader.value('ended') === true;
    this.#counts = reader.lane('counts') as Int32Array<ArrayBuffer>;
    this.#known = this.#counts.length;
    this.#rows.restore(reader.section('rows'));
    this.#groups?.restore(reader.section('groups'));
  }
}

/** Compares rows by a column: NULLs last in both directions, NaN the greatest number. */
function comparer(
  { data, valid, dictionary }: Column,
  descending: boolean,
): (a: number, b: number) => number {
  const sign = descending ? -1 : 1;
  const values = (a: number, b: number): number => {
    const x = data[a];
    const y = data[b];
    if (dictionary !== null)
      return x === y ? 0 : compareStrings(dictionary.at(Number(x)), dictionary.at(Number(y)));
    if (x < y) return -1;
    if (x > y) return 1;
    // What is left is equal, or one of them is NaN, or both.
    return Number(x !== x) - Number(y !== y);
  };
  if (valid === null) return (a, b) => sign * values(a, b);
  return (a, b) => {
    if (valid[a] === 0 || valid[b] === 0) return valid[b] - valid[a];
    return sign * values(a, b);
  };
}
