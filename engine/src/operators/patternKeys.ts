import type { Renumbering } from './groupCensus.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** What is kept of each key: its rows that wait, from the first one of the match that is looked for, and where the search goes on. */
export class PatternKeys {
  /** The first and last rows' positions; -1: no row waits. */
  head = new Int32Array(0);
  tail = new Int32Array(0);
  /** How many rows wait. */
  count = new Int32Array(0);
  state = new Int32Array(0);
  edge = new Int32Array(0);
  /** Whether the key is among the deadlines. */
  timed = new Int32Array(0);
  #size = 0;

  grow(size: number): void {
    if (size <= this.#size) return;
    if (size > this.head.length) {
      for (const name of LANES) this[name] = grown(this[name], size);
      this.head.fill(-1, this.#size);
    }
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** The keys that have rows, by the place of the first one. */
  waiting(): number[] {
    const found: number[] = [];
    for (let key = 0; key < this.#size; key++) if (this.head[key] >= 0) found.push(key);
    return found.sort((a, b) => this.head[a] - this.head[b]);
  }

  renumber({ kept }: Renumbering): void {
    for (const name of LANES) {
      const lane = this[name];
      for (let key = 0; key < kept.length; key++) lane[key] = lane[kept[key]];
    }
    this.head.fill(-1, kept.length);
    this.#size = kept.length;
  }

  bytes(): number {
    return this.head.byteLength * LANES.length;
  }

  snapshot(writer: StateWriter): void {
    writer.value('size', this.#size);
    for (const name of LANES) writer.lane(name, this[name], this.#size);
  }

  restore(reader: StateReader): void {
    this.grow(reader.value('size') as number);
    for (const name of LANES) this[name].set(reader.lane(name) as Int32Array);
  }
}

const LANES = ['head', 'tail', 'count', 'state', 'edge', 'timed'] as const;
