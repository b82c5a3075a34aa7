import type { GroupedInput } from '../codegen/grouped.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** How often in a time to live the groups that have lived theirs out are looked for. */
const SWEEPS = 4;

/**
 * Which groups have lived out their time: those that no row has come to while the watermark moved on by it. It is judged row by row, by the
 * marks, so the cutting into batches changes nothing; memory is given back a few times in a time to live.
 */
export class GroupExpiry {
  /** The watermark after the last row of each group, by group number. */
  #touched = new Float64Array(256).fill(START_OF_TIME);
  #nextSweep: EventTime = START_OF_TIME;

  constructor(readonly ttlUs: number) {}

  /** Notes the rows from `from` on, up to one whose group has lived its time out: that one's place, else `to`. */
  touch({ groups, marks, before }: GroupedInput, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const group = groups[i];
      if (group >= this.#touched.length) this.#grow(group);
      const mark = i === 0 ? before : marks[i - 1];
      const touched = this.#touched[group];
      if (touched > START_OF_TIME && mark >= touched + this.ttlUs) {
        // The next call finds a new group.
        this.#touched[group] = START_OF_TIME;
        return i;
      }
      this.#touched[group] = marks[i];
    }
    return to;
  }

  isAlive(group: number, watermark: EventTime): boolean {
    const touched = this.#touched[group];
    return touched === START_OF_TIME || watermark < touched + this.ttlUs;
  }

  /** Whether it is time to look for groups to forget. The end of the input forgets none. */
  isDue(watermark: EventTime): boolean {
    if (watermark < this.#nextSweep || watermark === END_OF_TIME || watermark === START_OF_TIME) return false;
    this.#nextSweep = watermark + this.ttlUs / SWEEPS;
    return true;
  }

  /** Forgets all groups but these, which are numbered by their places. */
  keepOnly(groups: Int32Array): void {
    const touched = Float64Array.from(groups, group => this.#touched[group]);
    this.#touched = new Float64Array(Math.max(256, touched.length * 2)).fill(START_OF_TIME);
    this.#touched.set(touched);
  }

  #grow(group: number): void {
    const touched = new Float64Array(Math.max(group + 1, this.#touched.length * 2)).fill(START_OF_TIME);
    touched.set(this.#touched);
    this.#touched = touched;
  }

  bytes(): number {
    return this.#touched.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('touched', this.#touched);
    writer.value('nextSweep', this.#nextSweep);
  }

  restore(reader: StateReader): void {
    this.#touched = reader.lane('touched') as Float64Array<ArrayBuffer>;
    this.#nextSweep = reader.value('nextSweep') as number;
  }
}
