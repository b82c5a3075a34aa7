import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { StoredColumn } from './storedColumn.js';

const FIRST_CAPACITY = 1024;

/** A number beside each row that somebody else keeps; 0 for a new row. */
export interface RowLane {
  data: Int32Array;
}

/**
 * Rows in the order in which they came, at positions `head` to `tail`; each has a number that is never used twice. The
 * oldest can be dropped, and any one removed: it leaves a gap until `closeGaps`.
 */
export class RowLog {
  columns!: readonly StoredColumn[];
  head = 0;
  tail = 0;
  gaps = 0;
  rowIds!: Int32Array;
  /** The version at which a row last changed. */
  versions!: Float64Array;
  /** The key's number of a row, -1 where there is none. */
  groups!: Int32Array;
  /** Event time, or the window's end, in µs: what the table ages rows by. */
  times!: Float64Array;
  ends!: Float64Array;
  removed!: Uint8Array;
  revised!: Uint8Array;
  #capacity = 0;
  #nextId = 1;
  readonly #added: RowLane[] = [];

  constructor(readonly schema: Schema) {
    this.release();
  }

  /** Gives up every row, and the memory. */
  release(): void {
    this.clear();
    this.#capacity = FIRST_CAPACITY;
    this.columns = this.schema.fields.map(field => new StoredColumn(field.type, this.#capacity));
    this.rowIds = new Int32Array(this.#capacity);
    this.versions = new Float64Array(this.#capacity);
    this.groups = new Int32Array(this.#capacity);
    this.times = new Float64Array(this.#capacity);
    this.ends = new Float64Array(this.#capacity);
    this.removed = new Uint8Array(this.#capacity);
    this.revised = new Uint8Array(this.#capacity);
    for (const lane of this.#added) lane.data = new Int32Array(this.#capacity);
  }

  /** Adds a lane, which goes where its rows go until it is removed. */
  addLane(): RowLane {
    const lane = { data: new Int32Array(this.#capacity) };
    this.#added.push(lane);
    return lane;
  }

  removeLane(lane: RowLane): void {
    this.#added.splice(this.#added.indexOf(lane), 1);
  }

  get size(): number {
    return this.tail - this.head - this.gaps;
  }

  get bytesPerRow(): number {
    return this.columns.reduce((total, column) => total + column.bytesPerRow, 38 + 4 * this.#added.length);
  }

  get bytes(): number {
    return this.#capacity * this.bytesPerRow;
  }

  /** Makes room for `count` more rows. Positions may change. */
  reserve(count: number): void {
    if (this.tail + count <= this.#capacity) return;
    if (this.head > 0 && this.head >= this.#capacity / 2) this.#shift();
    if (this.tail + count <= this.#capacity) return;
    while (this.#capacity < this.tail + count) this.#capacity *= 2;
    for (const column of this.columns) column.grow(this.#capacity, this.tail);
    this.rowIds = enlarged(this.rowIds, this.#capacity);
    this.versions = enlarged(this.versions, this.#capacity);
    this.groups = enlarged(this.groups, this.#capacity);
    this.times = enlarged(this.times, this.#capacity);
    this.ends = enlarged(this.ends, this.#capacity);
    this.removed = enlarged(this.removed, this.#capacity);
    this.revised = enlarged(this.revised, this.#capacity);
    for (const lane of this.#added) lane.data = enlarged(lane.data, this.#capacity);
  }

  /** A position for a new row; room must have been reserved. */
  append(group: number): number {
    const position = this.tail++;
    this.rowIds[position] = this.#nextId++;
    this.groups[position] = group;
    this.removed[position] = 0;
    this.revised[position] = 0;
    this.times[position] = NaN;
    for (let k = 0; k < this.#added.length; k++) this.#added[k].data[position] = 0;
    return position;
  }

  write(batch: Batch, at: Int32Array): void {
    batch.columns.forEach((column: Column, k) => this.columns[k].write(column, batch.length, at));
  }

  /** The position of a row's number, or -1. */
  positionOf(rowId: number): number {
    if (this.head === this.tail) return -1;
    const guess = this.head + rowId - this.rowIds[this.head];
    if (guess >= this.head && guess < this.tail && this.rowIds[guess] === rowId) return this.#present(guess);
    const position = this.firstFrom(rowId);
    return position < this.tail && this.rowIds[position] === rowId ? this.#present(position) : -1;
  }

  /** The first position whose row has this number, or a higher one. */
  firstFrom(rowId: number): number {
    let low = this.head;
    let high = this.tail;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rowIds[middle] < rowId) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #present(position: number): number {
    return this.removed[position] === 1 ? -1 : position;
  }

  remove(position: number): void {
    this.removed[position] = 1;
    this.gaps++;
  }

  /** Drops the oldest row. */
  dropOldest(): void {
    if (this.removed[this.head] === 1) this.gaps--;
    this.head++;
  }

  /** Closes the gaps of removed rows. Positions change. */
  closeGaps(): void {
    if (this.gaps === 0) return;
    const lanes = this.#lanes();
    let to = this.head;
    for (let from = this.head; from < this.tail; from++) {
      if (this.removed[from] === 1) continue;
      if (from !== to) {
        for (const column of this.columns) column.move(from, to);
        for (const lane of lanes) lane[to] = lane[from];
      }
      to++;
    }
    this.tail = to;
    this.gaps = 0;
  }

  #shift(): void {
    for (const column of this.columns) column.shift(this.head, this.tail);
    for (const lane of this.#lanes()) lane.copyWithin(0, this.head, this.tail);
    this.tail -= this.head;
    this.head = 0;
  }

  #lanes(): (Int32Array | Float64Array | Uint8Array)[] {
    const added = this.#added.map(({ data }) => data);
    const own = [this.rowIds, this.versions, this.groups, this.times, this.ends, this.removed, this.revised];
    return [...own, ...added];
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
    this.gaps = 0;
  }
}

function enlarged<Lane extends Int32Array | Float64Array | Uint8Array>(lane: Lane, capacity: number): Lane {
  const next = new (lane.constructor as new (length: number) => Lane)(capacity);
  next.set(lane as never);
  return next;
}
