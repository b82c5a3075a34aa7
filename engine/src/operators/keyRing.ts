import { wideValue, type Lane } from '../columns/column.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** A lane of a ring; int64 goes wide. One that is added later holds `init` for the elements that there are. */
export interface RingLane {
  readonly name: string;
  readonly lane: 'float64' | 'int64' | 'int32' | 'uint8';
  readonly init?: number;
}

const LEAST = 4;
/** So many elements are copied one by one: a view of an array costs more. */
const FEW = 32;

/**
 * A queue for each key, all of them in a few typed arrays. Loops read and write them through `meta`: for key `k`, at `4 k`, where its
 * room begins, its size less one (a power of two), where its first element lies within it, and how many there are. A key that
 * needs room gets a place twice as large at the end; when the arrays are full, what is left over is given up, and they grow only if they must.
 */
export class KeyRing {
  meta = new Int32Array(0);
  lanes: Lane[];
  #keys = 0;
  #used = 0;
  #capacity = 1024;
  #wide = false;

  constructor(public layout: readonly RingLane[]) {
    this.lanes = layout.map(lane => this.#lane(lane, this.#capacity));
  }

  #lane({ lane }: RingLane, length: number): Lane {
    switch (lane) {
      case 'float64':
        return new Float64Array(length);
      case 'int64':
        return this.#wide ? new BigInt64Array(length) : new Float64Array(length);
      case 'int32':
        return new Int32Array(length);
      case 'uint8':
        return new Uint8Array(length);
    }
  }

  /** Makes queues for keys below `keys`. */
  fit(keys: number): void {
    if (keys <= this.#keys) return;
    if (keys * 4 > this.meta.length) {
      const meta = new Int32Array(Math.max(1024, this.meta.length * 2, keys * 4));
      meta.set(this.meta);
      this.meta = meta;
    }
    for (let key = this.#keys; key < keys; key++) this.meta[4 * key + 1] = -1;
    this.#keys = keys;
  }

  /** Doubles the room of a key. */
  grow(key: number): void {
    const at = 4 * key;
    const size = this.meta[at + 1] + 1;
    const next = Math.max(LEAST, size * 2);
    if (this.#used + next > this.#capacity) this.#makeRoom(next);
    const to = this.#used;
    this.#move(key, this.lanes, to, this.lanes);
    this.#used += next;
    this.meta[at] = to;
    this.meta[at + 1] = next - 1;
    this.meta[at + 2] = 0;
  }

  #move(key: number, from: readonly Lane[], to: number, lanes: readonly Lane[]): void {
    const at = 4 * key;
    const start = this.meta[at];
    const mask = this.meta[at + 1];
    const head = this.meta[at + 2];
    const count = this.meta[at + 3];
    const first = Math.min(count, mask + 1 - head);
    for (let k = 0; k < lanes.length; k++) {
      if (count <= FEW) {
        for (let i = 0; i < count; i++) lanes[k][to + i] = from[k][start + ((head + i) & mask)] as never;
        continue;
      }
      const source = from[k] as Float64Array;
      const target = lanes[k] as Float64Array;
      target.set(source.subarray(start + head, start + head + first), to);
      if (first < count) target.set(source.subarray(start, start + count - first), to + first);
    }
  }

  /** Empties a key's queue. */
  clear(key: number): void {
    this.meta[4 * key + 3] = 0;
  }

  /** Gives a key the elements of another one. */
  copy(from: number, to: number): void {
    this.clear(to);
    const count = this.meta[4 * from + 3];
    while (this.meta[4 * to + 1] + 1 < count) this.grow(to);
    const { meta } = this;
    const [start, mask, head] = meta.subarray(4 * from, 4 * from + 3);
    const at = meta[4 * to];
    for (const lane of this.lanes)
      for (let i = 0; i < count; i++) lane[at + i] = lane[start + ((head + i) & mask)] as never;
    meta[4 * to + 2] = 0;
    meta[4 * to + 3] = count;
  }

  /** Marks the keys whose last element is `least` or more in a lane. */
  markSince(lane: number, least: number, keys: Uint8Array): void {
    const { meta } = this;
    const values = this.lanes[lane];
    for (let key = 0; key < this.#keys; key++) {
      const count = meta[4 * key + 3];
      if (count === 0) continue;
      const last = meta[4 * key] + ((meta[4 * key + 2] + count - 1) & meta[4 * key + 1]);
      if (values[last] >= least) keys[key] = 1;
    }
  }

  /** Gives up the queues of all keys but these, ascending, which are numbered by their places. */
  keepOnly(keys: Int32Array): void {
    const meta = new Int32Array(Math.max(1024, 4 * keys.length));
    for (let k = 0; k < keys.length; k++)
      for (let i = 0; i < 4; i++) meta[4 * k + i] = this.meta[4 * keys[k] + i];
    this.meta = meta;
    this.#keys = keys.length;
    this.#makeRoom(0);
  }

  /**
   * Gives up what is left over, and makes the arrays larger where less than half of them would be free. It looks at every key, so that
   * there is room for as many as there are keeps its cost in proportion to what is written.
   */
  #makeRoom(needed: number): void {
    let live = needed;
    for (let key = 0; key < this.#keys; key++) live += roomFor(this.meta[4 * key + 3]);
    let capacity = 1024;
    while (capacity < 2 * live || capacity < this.#keys) capacity *= 2;
    const lanes = this.layout.map(lane => this.#lane(lane, capacity));
    let to = 0;
    for (let key = 0; key < this.#keys; key++) {
      const at = 4 * key;
      const room = roomFor(this.meta[at + 3]);
      this.#move(key, this.lanes, to, lanes);
      this.meta[at] = to;
      this.meta[at + 1] = room - 1;
      this.meta[at + 2] = 0;
      to += room;
    }
    this.lanes = lanes;
    this.#used = to;
    this.#capacity = capacity;
  }

  /** Goes on with int64 lanes as BigInts. */
  widen(): void {
    if (this.#wide) return;
    this.#wide = true;
    this.lanes = this.lanes.map((lane, k) =>
      this.layout[k].lane === 'int64' ? BigInt64Array.from(lane as Float64Array, wideValue) : lane,
    );
  }

  /** Goes on with other lanes: those that have a name of before hold what they held. */
  relayout(layout: readonly RingLane[]): void {
    const earlier = new Map(this.layout.map(({ name }, k) => [name, this.lanes[k]]));
    this.layout = layout;
    this.lanes = layout.map(
      lane => earlier.get(lane.name) ?? this.#lane(lane, this.#capacity).fill((lane.init ?? 0) as never),
    );
  }

  /** Elements of all queues. */
  get rows(): number {
    let rows = 0;
    for (let key = 0; key < this.#keys; key++) rows += this.meta[4 * key + 3];
    return rows;
  }

  bytes(): number {
    return this.lanes.reduce((total, lane) => total + lane.byteLength, this.meta.byteLength);
  }

  snapshot(writer: StateWriter): void {
    this.#makeRoom(0);
    writer.value('wide', this.#wide);
    writer.value('used', this.#used);
    writer.lane('meta', this.meta, this.#keys * 4);
    this.lanes.forEach((lane, k) => writer.lane(`${k}`, lane, this.#used));
  }

  restore(reader: StateReader): void {
    if (reader.value('wide') === true) this.widen();
    const meta = reader.lane('meta') as Int32Array;
    this.fit(meta.length / 4);
    this.meta.set(meta);
    const lanes = this.layout.map((_, k) => reader.lane(`${k}`));
    // A ring that only counts rows has no lanes.
    this.#used = reader.value('used') as number;
    this.#capacity = Math.max(1024, this.#used);
    this.lanes = this.layout.map((lane, k) => {
      const array = this.#lane(lane, this.#capacity);
      (array as Float64Array).set(lanes[k] as Float64Array);
      return array;
    });
  }
}

/** The room of a queue of so many elements; none where it is empty. */
function roomFor(count: number): number {
  if (count === 0) return 0;
  let room = LEAST;
  while (room < count) room *= 2;
  return room;
}
