import type { WindowJoinShape } from '../codegen/windowJoinShape.js';
import { ringLane } from '../codegen/rollingShape.js';
import { END_OF_TIME, type EventTime } from '../columns/time.js';
import { CENSUS_LIMITS } from './groupCensus.js';
import { grownTimes } from './growing.js';
import { KeyRing, type RingLane } from './keyRing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/**
 * The right rows of a window join by key, and the window that each key is at: its rows, its state and its queues. Key 0 has none. Rows are given
 * up in sweeps over all keys, which come only when as many rows have come as were left, so that they cost each row a constant.
 */
export class WindowFrames {
  readonly range: KeyRing;
  readonly deques: readonly (KeyRing | null)[];
  /** By key, from the first row that the ring holds: see `WindowJoinHost`. */
  begins = new Int32Array(16);
  low = new Int32Array(16);
  high = new Int32Array(16);
  gone = new Float64Array(16);
  wide = false;
  #keys = 0;
  #added = 0;
  #nextSweep = CENSUS_LIMITS.least;

  constructor(
    readonly shape: WindowJoinShape,
    readonly store: StateStore,
    lanes: readonly RingLane[],
  ) {
    this.range = new KeyRing(lanes);
    this.deques = shape.roles.map(role =>
      role.kind === 'deque'
        ? new KeyRing([
            { name: 'value', lane: ringLane(shape, role.arg) },
            { name: 'row', lane: 'float64' },
          ])
        : null,
    );
    this.fit(1);
  }

  #rings(): KeyRing[] {
    return [this.range, ...this.deques].filter(ring => ring !== null);
  }

  /** Makes room for keys below `keys`. True where integers go on as BigInts from now on. */
  fit(keys: number): boolean {
    const { store } = this;
    const slots = this.shape.recomputes ? 1 : keys;
    for (let slot = store.live; slot < slots; slot++) store.allocate(slot);
    for (const ring of this.#rings()) {
      ring.fit(keys);
      if (store.wide) ring.widen();
    }
    if (keys > this.begins.length) {
      this.begins = grown(this.begins, keys);
      this.low = grown(this.low, keys);
      this.high = grown(this.high, keys);
      this.gone = grownTimes(this.gone, keys);
    }
    this.#keys = Math.max(this.#keys, keys);
    const widens = store.wide && !this.wide;
    this.wide = store.wide;
    return widens;
  }

  relayout(lanes: readonly RingLane[]): void {
    this.range.relayout(lanes);
  }

  /** Notes that so many rows have come, of either side. */
  added(rows: number): void {
    this.#added += rows;
  }

  /** Gives up rows that no window that begins at `limit` or later holds, if it is time. True where it was. */
  giveUpBefore(limit: EventTime): boolean {
    if (this.#added < this.#nextSweep && limit < END_OF_TIME) return false;
    this.#added = 0;
    let left = 0;
    for (let key = 1; key < this.#keys; key++) left += this.#giveUp(key, limit);
    this.#nextSweep = Math.max(CENSUS_LIMITS.least, CENSUS_LIMITS.growth * left, this.#keys);
    return true;
  }

  /** Gives up rows of a key; returns how many are left. The rows of its state go together. */
  #giveUp(key: number, limit: EventTime): number {
    const { begins, low, high } = this;
    const { meta } = this.range;
    const at = 4 * key;
    const [start, mask, head, count] = meta.subarray(at, at + 4);
    const times = this.range.lanes[0];
    let first = begins[key];
    while (first < count && (times[start + ((head + first) & mask)] as number) < limit) first++;
    if (this.shape.bounds.prevailing && first > 0 && limit < END_OF_TIME) {
      if (first === count || times[start + ((head + first) & mask)] !== limit) first--;
    }
    if (first < high[key]) first = Math.min(first, low[key]);
    else if (high[key] > low[key]) {
      this.store.reset(key);
      for (const deque of this.deques) if (deque !== null) deque.meta[at + 3] = 0;
      low[key] = high[key];
    }
    meta[at + 2] = (head + first) & mask;
    meta[at + 3] = count - first;
    begins[key] = Math.max(0, begins[key] - first);
    low[key] = Math.max(0, low[key] - first);
    high[key] = Math.max(0, high[key] - first);
    this.gone[key] += first;
    return count - first;
  }

  /** Goes on with these keys alone, ascending, which are numbered by their places. */
  keepOnly(keys: Int32Array): void {
    if (!this.shape.recomputes) this.store.keepOnly(keys);
    for (const ring of this.#rings()) ring.keepOnly(keys);
    const pick = (from: Int32Array): Int32Array<ArrayBuffer> => keys.map(key => from[key]);
    this.begins = pick(this.begins);
    this.low = pick(this.low);
    this.high = pick(this.high);
    this.gone = Float64Array.from(keys, key => this.gone[key]);
    this.#keys = keys.length;
  }

  /** The keys that rows are kept of. */
  eachHeld(visit: (key: number) => void): void {
    const { meta } = this.range;
    for (let key = 1; key < this.#keys; key++) if (meta[4 * key + 3] > 0) visit(key);
  }

  get rows(): number {
    return this.range.rows;
  }

  bytes(): number {
    const rings = this.#rings().reduce((total, ring) => total + ring.bytes(), 0);
    return rings + this.store.bytes() + 20 * this.begins.length;
  }

  snapshot(writer: StateWriter): void {
    this.#rings().forEach((ring, k) => ring.snapshot(writer.section(`ring ${k}`)));
    writer.lane('begins', this.begins, this.#keys);
    writer.lane('low', this.low, this.#keys);
    writer.lane('high', this.high, this.#keys);
    writer.lane('gone', this.gone, this.#keys);
  }

  restore(reader: StateReader): void {
    this.#rings().forEach((ring, k) => ring.restore(reader.section(`ring ${k}`)));
    const begins = reader.lane('begins') as Int32Array;
    this.fit(begins.length);
    this.begins.set(begins);
    this.low.set(reader.lane('low') as Int32Array);
    this.high.set(reader.lane('high') as Int32Array);
    this.gone.set(reader.lane('gone') as Float64Array);
  }
}
