import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { compareStrings } from '../functions/aggregate/text.js';
import { BoundedRows } from './boundedRows.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
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
  readonly #rows: BoundedRows;
  /** Rows that have been passed on or left out, where nothing is sorted. */
  #passed = 0;
  #ended = false;

  constructor(plan: SortPlan) {
    this.#plan = plan;
    this.#rows = new BoundedRows(plan.input, plan.retracting);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (!this.#plan.retracting && this.#plan.by.length === 0) {
      this.#passOn(batch, out);
      return;
    }
    this.#rows.add(batch);
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

  #emit(out: Emitter): void {
    this.#ended = true;
    const order = this.#rows.alive();
    const stored = this.#rows.columns();
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
      const columns = this.#rows.gather(part);
      out({ ...this.#empty(START_OF_TIME), columns, length: part.length, marks });
    }
    this.#rows.clear();
    out(this.#empty(Infinity));
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.input, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  bytes(): number {
    return this.#rows.bytes();
  }

  stateRows(): number {
    return this.#rows.used;
  }

  snapshot(writer: StateWriter): void {
    writer.value('passed', this.#passed);
    writer.value('ended', this.#ended);
    this.#rows.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#passed = reader.value('passed') as number;
    this.#ended = reader.value('ended') === true;
    this.#rows.restore(reader);
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
