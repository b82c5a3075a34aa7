import type { Batch } from '../columns/batch.js';
import { hasNull, type Column, type Lane } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { ColumnGather, gatherLane } from '../codegen/gather.js';
import { PooledBytes, PooledLane } from '../codegen/lanes.js';
import type { RowStore } from './rowStore.js';

/** Left rows that are told. */
interface LeftRows {
  readonly columns: readonly Column[];
  readonly marks: Float64Array;
  readonly count: number;
}

/** The right rows that they meet. */
interface MetRows {
  /** Their positions in the store, -1: none. They are used up. */
  readonly matches: Int32Array;
  /** How many are -1. */
  readonly missing: number;
  readonly store: RowStore;
  /** Whether a column of the store holds a NULL. */
  readonly nulls: readonly boolean[];
}

/** Writes rows of an as-of join: left columns as they are, right ones by the positions of the rows that are met. */
export class AsOfOutput {
  readonly #right: readonly MatchedColumn[];
  readonly #left: readonly ColumnGather[];
  #met = new Int32Array(0);
  #marks = new Float64Array(0);

  constructor(
    readonly schema: Schema,
    left: number,
    /** Whether left rows that meet none are there as well. */
    readonly keeps: boolean,
  ) {
    this.#right = schema.fields.slice(left).map(({ type }) => new MatchedColumn(new PooledLane(type)));
    this.#left = schema.fields.slice(0, left).map(() => new ColumnGather());
  }

  /** The joined rows. */
  batch({ columns: left, marks, count }: LeftRows, met: MetRows, watermark: EventTime): Batch {
    const { matches, missing, store, nulls } = met;
    const right = (rows: number, absent: number): Column[] =>
      this.#right.map((column, k) => column.gather(store.columns[k], nulls[k], matches, rows, absent));
    const { schema } = this;
    if (missing === 0 || this.keeps) {
      const columns = [...left, ...right(count, missing)];
      return { schema, length: count, columns, kinds: null, marks, watermark };
    }
    const length = this.#pick(marks, matches, count);
    const columns = [
      ...left.map((column, k) => this.#left[k].run(column, this.#met, length)),
      ...right(length, 0),
    ];
    return { schema, length, columns, kinds: null, marks: this.#marks, watermark };
  }

  /** A batch without rows. */
  empty(watermark: EventTime): Batch {
    return { schema: this.schema, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  /** Leaves out the rows that meet none. Returns how many are left. */
  #pick(marks: Float64Array, matches: Int32Array, count: number): number {
    if (this.#met.length < count) {
      this.#met = new Int32Array(count * 2);
      this.#marks = new Float64Array(count * 2);
    }
    let length = 0;
    for (let row = 0; row < count; row++) {
      if (matches[row] < 0) continue;
      this.#met[length] = row;
      this.#marks[length] = marks[row];
      matches[length++] = matches[row];
    }
    return length;
  }
}

/** A right column, in buffers that are used again. */
class MatchedColumn {
  readonly #valid = new PooledBytes();

  constructor(readonly lane: PooledLane) {}

  gather(
    stored: RowStore['columns'][number],
    hasNulls: boolean,
    matches: Int32Array,
    count: number,
    missing: number,
  ): Column {
    const { data } = stored;
    const lane = data instanceof BigInt64Array ? this.lane.wide(count) : this.lane.fast(count);
    if (missing === 0) {
      gatherLane(data, matches, count, lane);
      if (!hasNulls) return stored.column(lane, null);
      const valid = this.#valid.take(count);
      gatherLane(stored.valid as Uint8Array, matches, count, valid);
      return stored.column(lane, hasNull(valid, count) ? valid : null);
    }
    const valid = this.#valid.take(count);
    gatherMet(data, matches, count, lane);
    const held = hasNulls ? stored.valid : null;
    for (let row = 0; row < count; row++) {
      const match = matches[row];
      valid[row] = match < 0 ? 0 : held === null ? 1 : held[match];
    }
    return stored.column(lane, valid);
  }
}

function gatherMet(from: Lane, matches: Int32Array, count: number, to: Lane): void {
  if (from instanceof BigInt64Array) metBigints(from, matches, count, to as BigInt64Array);
  else if (from instanceof Float64Array) metFloats(from, matches, count, to as Float64Array);
  else metInts(from as Int32Array, matches, count, to as Int32Array);
}

function metFloats(from: Float64Array, matches: Int32Array, count: number, to: Float64Array): void {
  for (let row = 0; row < count; row++) to[row] = matches[row] < 0 ? 0 : from[matches[row]];
}

function metInts(from: Int32Array, matches: Int32Array, count: number, to: Int32Array): void {
  for (let row = 0; row < count; row++) to[row] = matches[row] < 0 ? 0 : from[matches[row]];
}

function metBigints(from: BigInt64Array, matches: Int32Array, count: number, to: BigInt64Array): void {
  for (let row = 0; row < count; row++) to[row] = matches[row] < 0 ? 0n : from[matches[row]];
}
