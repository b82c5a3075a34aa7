import { CENSUS_LIMITS } from './groupCensus.js';
import { END_OF_TIME, type EventTime } from '../columns/time.js';
import { KeyRing } from './keyRing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { TimedQueue } from './timedQueue.js';
import { grown } from './valueIds.js';

/**
 * The rows of one side of an interval join by key, in event order, as times and places in their queue. Key 0 has none. A key's rows are given up when a
 * later window of its own begins, and those of all keys in sweeps, which come only when as many rows have come as were left.
 */
export class PairRing {
  /** The pairs found: positions of driving rows, ascending, and of the others. */
  drivers = new Int32Array(1024);
  others = new Int32Array(1024);
  count = 0;
  readonly #ring = new KeyRing([
    { name: 'time', lane: 'float64' },
    { name: 'place', lane: 'float64' },
  ]);
  #keys = 0;
  #added = 0;
  #nextSweep = CENSUS_LIMITS.least;

  constructor(
    readonly lowUs: number,
    readonly highUs: number,
  ) {}

  fit(keys: number): void {
    this.#ring.fit(keys);
    this.#keys = Math.max(this.#keys, keys);
  }

  /** Takes in the rows of a queue from position `from` on. */
  take({ times, keys, used, gone }: TimedQueue, from: number): void {
    const ring = this.#ring;
    let [ringTimes, places] = ring.lanes;
    for (let row = from; row < used; row++) {
      const key = keys[row];
      if (key === 0) continue;
      const at = 4 * key;
      if (ring.meta[at + 3] > ring.meta[at + 1]) {
        ring.grow(key);
        [ringTimes, places] = ring.lanes;
      }
      const x = ring.meta[at] + ((ring.meta[at + 2] + ring.meta[at + 3]++) & ring.meta[at + 1]);
      ringTimes[x] = times[row];
      places[x] = gone + row;
    }
  }

  /** Notes that so many rows have come, of either side. */
  added(rows: number): void {
    this.#added += rows;
  }

  /**
   * Finds the pairs of the driving rows [from, to), until there are `enough`; `first`: the first pair of each row alone. Returns where it
   * stopped: all pairs of the rows before have been found.
   */
  find(driving: TimedQueue, from: number, to: number, gone: number, enough: number, first: boolean): number {
    const { meta, lanes } = this.#ring;
    const [times, places] = lanes as [Float64Array, Float64Array];
    const { lowUs, highUs } = this;
    let count = 0;
    let row = from;
    for (; row < to && count < enough; row++) {
      const at = 4 * driving.keys[row];
      const begin = driving.times[row] + lowUs;
      const end = driving.times[row] + highUs;
      const start = meta[at];
      const mask = meta[at + 1];
      let head = meta[at + 2];
      let rows = meta[at + 3];
      while (rows > 0 && times[start + head] < begin) {
        head = (head + 1) & mask;
        rows--;
      }
      meta[at + 2] = head;
      meta[at + 3] = rows;
      if (count + rows > this.others.length) this.#grow(count + rows);
      const { drivers, others } = this;
      for (let k = 0; k < rows; k++) {
        const x = start + ((head + k) & mask);
        if (times[x] > end) break;
        drivers[count] = row;
        others[count++] = places[x] - gone;
        if (first) break;
      }
    }
    this.count = count;
    return row;
  }

  #grow(needed: number): void {
    this.drivers = grown(this.drivers, needed);
    this.others = grown(this.others, needed);
  }

  /** Keeps the pairs at some places, which rise. */
  keep(places: Int32Array, count: number): void {
    for (let k = 0; k < count; k++) {
      this.drivers[k] = this.drivers[places[k]];
      this.others[k] = this.others[places[k]];
    }
    this.count = count;
  }

  /** Gives up the rows before `limit`, if it is time. True where it was. */
  giveUpBefore(limit: EventTime): boolean {
    if (this.#added < this.#nextSweep && limit < END_OF_TIME) return false;
    this.#added = 0;
    const { meta, lanes } = this.#ring;
    const times = lanes[0] as Float64Array;
    let left = 0;
    for (let at = 4; at < 4 * this.#keys; at += 4) {
      while (meta[at + 3] > 0 && times[meta[at] + meta[at + 2]] < limit) {
        meta[at + 2] = (meta[at + 2] + 1) & meta[at + 1];
        meta[at + 3]--;
      }
      left += meta[at + 3];
    }
    this.#nextSweep = Math.max(CENSUS_LIMITS.least, CENSUS_LIMITS.growth * left, this.#keys);
    return true;
  }

  keepOnly(keys: Int32Array): void {
    this.#ring.keepOnly(keys);
    this.#keys = keys.length;
  }

  /** The keys that have rows. */
  eachHeld(visit: (key: number) => void): void {
    for (let key = 1; key < this.#keys; key++) if (this.#ring.meta[4 * key + 3] > 0) visit(key);
  }

  bytes(): number {
    return this.#ring.bytes() + this.drivers.byteLength + this.others.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.value('keys', this.#keys);
    this.#ring.snapshot(writer.section('ring'));
  }

  restore(reader: StateReader): void {
    this.#ring.restore(reader.section('ring'));
    this.fit(reader.value('keys') as number);
  }
}
