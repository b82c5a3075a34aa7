import { hasNull, isWide, wideValue, type Column, type Lane } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { PooledBytes, PooledLane } from '../codegen/lanes.js';
import type { PhysicalJoinColumn } from '../physical/join.js';
import type { Emitter } from './operator.js';
import type { SlotStore } from './slotStore.js';

/** So many rows are put out at once. */
const MOST_ROWS = 1 << 18;

/** Columns of pairs of slots, in buffers that are used again. */
export class PairColumns {
  readonly #coalesced: readonly CoalescedColumn[];

  constructor(
    readonly columns: readonly PhysicalJoinColumn[],
    readonly stores: readonly [SlotStore, SlotStore],
  ) {
    this.#coalesced = columns.map(({ left }) => new CoalescedColumn(stores[0].columns[left]?.field.type));
    // Values of both sides in one column are codes of one dictionary.
    for (const { left, right } of columns)
      if (left >= 0 && right >= 0) stores[1].columns[right].shareWith(stores[0].columns[left]);
  }

  gather(left: Int32Array, right: Int32Array, count: number): Column[] {
    const [ofLeft, ofRight] = this.stores;
    return this.columns.map((column, k) => {
      if (column.right < 0) return ofLeft.columns[column.left].gather(left, count);
      const second = ofRight.columns[column.right].gather(right, count);
      if (column.left < 0) return second;
      return this.#coalesced[k].run(ofLeft.columns[column.left].gather(left, count), second, left, count);
    });
  }
}

/** The value of one column, or that of another where the first one has no row. */
class CoalescedColumn {
  readonly #lane: PooledLane;
  readonly #bytes = new PooledBytes();

  constructor(type: Column['type'] = { kind: 'boolean' }) {
    this.#lane = new PooledLane(type);
  }

  run(first: Column, second: Column, slots: Int32Array, count: number): Column {
    let from = 0;
    while (from < count && slots[from] !== 0) from++;
    if (from === count) return first;
    const wide = isWide(first) || isWide(second);
    const data: Lane = wide ? this.#lane.wide(count) : this.#lane.fast(count);
    const valid = first.valid === null && second.valid === null ? null : this.#bytes.take(count);
    for (let k = 0; k < count; k++) {
      const source = slots[k] === 0 ? second : first;
      if (wide) (data as BigInt64Array)[k] = wideValue(source.data[k]);
      else data[k] = source.data[k] as never;
      if (valid !== null) valid[k] = source.valid === null ? 1 : source.valid[k];
    }
    return { ...second, data, valid: valid !== null && hasNull(valid, count) ? valid : null };
  }
}

/** Pairs of slots to be put out, with the kinds of their rows. */
export class JoinOutput {
  count = 0;
  left = new Int32Array(1024);
  right = new Int32Array(1024);
  kinds = new Uint8Array(1024);
  readonly #columns: PairColumns;
  #marks = new Float64Array(0);

  constructor(
    readonly schema: Schema,
    columns: readonly PhysicalJoinColumn[],
    stores: readonly [SlotStore, SlotStore],
    /** Whether rows only come. */
    readonly appends: boolean,
  ) {
    this.#columns = new PairColumns(columns, stores);
  }

  /** Makes room for so many more pairs. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.left.length) return;
    const length = 2 ** Math.ceil(Math.log2(needed));
    const [left, right, kinds] = [new Int32Array(length), new Int32Array(length), new Uint8Array(length)];
    left.set(this.left.subarray(0, this.count));
    right.set(this.right.subarray(0, this.count));
    kinds.set(this.kinds.subarray(0, this.count));
    this.left = left;
    this.right = right;
    this.kinds = kinds;
  }

  /** Puts a pair out so many times. */
  push(left: number, right: number, kind: number, times: number): void {
    this.reserve(times);
    for (let k = 0; k < times; k++) {
      this.left[this.count] = left;
      this.right[this.count] = right;
      this.kinds[this.count++] = kind;
    }
  }

  /** Moves the last pairs, from `from` on, to the front. */
  moveToFront(from: number): void {
    if (from === 0 || from === this.count) return;
    for (const lane of [this.left, this.right, this.kinds]) {
      const last = lane.slice(from, this.count);
      lane.copyWithin(last.length, 0, from);
      lane.set(last);
    }
  }

  /** Puts out what there is, a batch at least. All rows carry one mark; the last batch the watermark. */
  emit(mark: EventTime, watermark: EventTime, out: Emitter): void {
    const { schema, count } = this;
    if (count === 0) out({ schema, length: 0, columns: [], kinds: null, marks: null, watermark });
    const most = Math.min(count, MOST_ROWS);
    if (this.#marks.length < most) this.#marks = new Float64Array(Math.max(1024, most)).fill(START_OF_TIME);
    if (most > 0 && this.#marks[0] !== mark) this.#marks.fill(mark);
    for (let from = 0; from < count;) {
      const to = this.#borderAfter(from);
      // Making views takes longer than a small batch does.
      const whole = from === 0;
      const left = whole ? this.left : this.left.subarray(from, to);
      const right = whole ? this.right : this.right.subarray(from, to);
      const kinds = whole ? this.kinds : this.kinds.subarray(from, to);
      out({
        schema,
        length: to - from,
        columns: this.#columns.gather(left, right, to - from),
        kinds: this.appends ? null : kinds,
        marks: this.#marks,
        watermark: to === count ? watermark : mark,
      });
      from = to;
    }
    this.count = 0;
  }

  /** Where the batch that begins at `from` ends: never between the two rows of an update. */
  #borderAfter(from: number): number {
    const to = Math.min(this.count, from + MOST_ROWS);
    return to < this.count && this.kinds[to] === 2 ? to - 1 : to;
  }
}
