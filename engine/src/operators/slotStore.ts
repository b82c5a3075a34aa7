import { hasNull, isWide, wideValue, type Column, type Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, isInt64Like, type Field } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import { gatherLane } from '../codegen/gather.js';
import { PooledBytes, PooledLane } from '../codegen/lanes.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown, translate } from './valueIds.js';

const FIRST_CAPACITY = 256;

/** One column of kept rows. It goes wide with the first wide batch. */
class SlotColumn {
  data: Lane;
  readonly #translations = new WeakMap<Dictionary, Int32Array>();
  readonly #lane: PooledLane;
  readonly #bytes = new PooledBytes();
  valid: Uint8Array | null;
  /** Shared by columns whose values come together in one output column. */
  #shared: { dictionary: Dictionary | null } = { dictionary: null };

  constructor(
    readonly field: Field,
    padded: boolean,
  ) {
    this.data = laneFor(field.type, FIRST_CAPACITY);
    this.valid = field.nullable || padded ? new Uint8Array(FIRST_CAPACITY) : null;
    this.#lane = new PooledLane(field.type);
  }

  get dictionary(): Dictionary | null {
    if (!hasDictionary(this.field.type)) return null;
    return (this.#shared.dictionary ??= new Dictionary());
  }

  /** Goes on with the dictionary of another column, which must hold nothing yet. */
  shareWith(other: SlotColumn): void {
    this.#shared = other.#shared;
  }

  get wide(): boolean {
    return this.data instanceof BigInt64Array;
  }

  resize(capacity: number): void {
    const data = laneFor(this.field.type, capacity, this.wide);
    (data as Float64Array).set(this.data as Float64Array);
    this.data = data;
    if (this.valid === null) return;
    const valid = new Uint8Array(capacity);
    valid.set(this.valid);
    this.valid = valid;
  }

  #widen(): void {
    this.data = BigInt64Array.from(this.data as Float64Array, wideValue);
  }

  /** Copies rows of a batch's column to slots. */
  write(column: Column, rows: Int32Array, slots: Int32Array, count: number): void {
    const { valid } = this;
    if (valid !== null) {
      const from = column.valid;
      if (from === null) for (let k = 0; k < count; k++) valid[slots[k]] = 1;
      else for (let k = 0; k < count; k++) valid[slots[k]] = from[rows[k]];
    }
    if (isWide(column) && !this.wide) this.#widen();
    let { data } = column;
    if (column.dictionary !== null) {
      const own = (this.#shared.dictionary ??= column.dictionary);
      if (own !== column.dictionary)
        data = translate(column, lastOf(rows, count) + 1, own, this.#translations);
    }
    scatter(data, rows, slots, count, this.data);
  }

  gather(slots: Int32Array, count: number): Column {
    const data = this.wide ? this.#lane.wide(count) : this.#lane.fast(count);
    gatherLane(this.data, slots, count, data);
    return this.column(data, this.#gatherValid(slots, count));
  }

  #gatherValid(slots: Int32Array, count: number): Uint8Array | null {
    if (this.valid === null) return null;
    const bytes = this.#bytes.take(count);
    gatherLane(this.valid, slots, count, bytes);
    return hasNull(bytes, count) ? bytes : null;
  }

  column(data: Lane, valid: Uint8Array | null): Column {
    return { type: this.field.type, data, valid, dictionary: this.dictionary };
  }

  /** Forgets that there was an integer beyond 2^53: there are no rows any more. */
  narrow(): void {
    if (this.wide) this.data = laneFor(this.field.type, this.data.length);
  }

  bytes(): number {
    return this.data.byteLength + (this.valid?.byteLength ?? 0);
  }

  snapshot(writer: StateWriter, used: number): void {
    writer.lane('data', this.data, used);
    if (this.valid !== null) writer.lane('valid', this.valid, used);
    const { dictionary } = this.#shared;
    if (dictionary !== null) writer.dictionary('dictionary', dictionary);
  }

  restore(reader: StateReader): void {
    const data = reader.lane('data');
    if (isInt64Like(this.field.type) && data instanceof BigInt64Array) this.#widen();
    (this.data as Float64Array).set(data as Float64Array);
    if (this.valid !== null) this.valid.set(reader.lane('valid') as Uint8Array);
    if (reader.has('dictionary')) this.#shared.dictionary = reader.dictionary('dictionary');
  }
}

function lastOf(rows: Int32Array, count: number): number {
  let last = -1;
  for (let k = 0; k < count; k++) if (rows[k] > last) last = rows[k];
  return last;
}

function scatterFloats(
  from: Float64Array,
  rows: Int32Array,
  slots: Int32Array,
  n: number,
  to: Float64Array,
): void {
  for (let k = 0; k < n; k++) to[slots[k]] = from[rows[k]];
}

function scatterInts(from: Int32Array, rows: Int32Array, slots: Int32Array, n: number, to: Int32Array): void {
  for (let k = 0; k < n; k++) to[slots[k]] = from[rows[k]];
}

/** Copies elements of a lane to places of another, which is wide where the first one is. */
function scatter(from: Lane, rows: Int32Array, slots: Int32Array, count: number, to: Lane): void {
  if (to instanceof BigInt64Array) {
    for (let k = 0; k < count; k++) to[slots[k]] = wideValue(from[rows[k]]);
  } else if (to instanceof Float64Array) scatterFloats(from as Float64Array, rows, slots, count, to);
  else if (to instanceof Int32Array) scatterInts(from as Int32Array, rows, slots, count, to);
  else for (let k = 0; k < count; k++) to[slots[k]] = (from as Uint8Array)[rows[k]];
}

/**
 * Rows that an operator keeps by slot, as columns; slots that are given back are used again. Slot 0 is the row of NULLs, which stands for the
 * row that is not there.
 */
export class SlotStore {
  readonly columns: readonly SlotColumn[];
  /** Slots below this one are or were in use. */
  used = 1;
  #capacity = FIRST_CAPACITY;
  #free = new Int32Array(16);
  #freeCount = 0;

  /** @param padded whether the row of NULLs is ever read */
  constructor(fields: readonly Field[], padded: boolean) {
    this.columns = fields.map(field => new SlotColumn(field, padded));
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** How many slots hold rows. */
  get live(): number {
    return this.used - 1 - this.#freeCount;
  }

  /** A slot for a row. */
  take(): number {
    if (this.#freeCount > 0) return this.#free[--this.#freeCount];
    if (this.used === this.#capacity) {
      this.#capacity *= 2;
      for (const column of this.columns) column.resize(this.#capacity);
    }
    return this.used++;
  }

  release(slot: number): void {
    if (this.#freeCount === this.#free.length) this.#free = grown(this.#free, this.#freeCount + 1);
    this.#free[this.#freeCount++] = slot;
    if (this.#freeCount < this.used - 1) return;
    this.used = 1;
    this.#freeCount = 0;
    for (const column of this.columns) column.narrow();
  }

  /** Copies rows of a batch's columns, one for each of the store's, to slots. */
  write(columns: readonly Column[], rows: Int32Array, slots: Int32Array, count: number): void {
    if (count === 0) return;
    this.columns.forEach((column, k) => column.write(columns[k], rows, slots, count));
  }

  /** Whether two rows hold the same values. */
  alike(a: number, b: number): boolean {
    for (const { data, valid } of this.columns) {
      if (valid !== null && (valid[a] === 0 || valid[b] === 0)) {
        if (valid[a] !== valid[b]) return false;
      } else if (!Object.is(data[a], data[b])) return false;
    }
    return true;
  }

  bytes(): number {
    return this.columns.reduce((total, column) => total + column.bytes(), this.#free.byteLength);
  }

  snapshot(writer: StateWriter): void {
    writer.value('used', this.used);
    writer.lane('free', this.#free, this.#freeCount);
    this.columns.forEach((column, k) => column.snapshot(writer.section(`column ${k}`), this.used));
  }

  restore(reader: StateReader): void {
    this.used = reader.value('used') as number;
    while (this.#capacity < this.used) this.#capacity *= 2;
    const free = reader.lane('free') as Int32Array;
    this.#freeCount = free.length;
    this.#free = grown(free, 16);
    this.columns.forEach((column, k) => {
      column.resize(this.#capacity);
      column.restore(reader.section(`column ${k}`));
    });
  }
}
