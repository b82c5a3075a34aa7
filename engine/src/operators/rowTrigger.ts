import type { EventTime } from '../columns/time.js';
import type { GroupedInput } from '../codegen/grouped.js';
import type { TimeWindow } from '../windows/define.js';
import { slicingOf, type Slicing } from '../windows/slicing.js';
import type { Renumbering } from './groupCensus.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** How many rows have come to each group of a window since it was told. */
interface Counted {
  readonly end: EventTime;
  counts: Int32Array;
}

/**
 * Finds the rows with which a group of a window that is open has so many rows more than when it was told last. It looks at rows before they are
 * added, so that what is told is told of just these rows, however the input was cut.
 */
export class RowTrigger {
  /** What the row before which the last `scan` stopped is told of: its group, and the ends of its windows. */
  group = -1;
  readonly ends: EventTime[] = [];
  readonly #slicing: Slicing;
  readonly #windows = new Map<EventTime, Counted>();
  /** The windows that cover the slice `start <= time < end`. */
  #current: Counted[] = [];
  #start = Infinity;
  #end = -Infinity;

  constructor(
    readonly rows: number,
    window: TimeWindow,
  ) {
    this.#slicing = slicingOf(window);
  }

  /** Counts rows from `from` on: up to the first one with which something is to be told, or all. Returns the end of these rows. */
  scan(input: GroupedInput, groups: number, from: number, to: number): number {
    const { times, timeValid, marks, kinds } = input;
    this.ends.length = 0;
    this.#leave();
    for (let row = from; row < to; row++) {
      if (timeValid !== null && timeValid[row] === 0) continue;
      const before = row === 0 ? input.before : marks[row - 1];
      const time = times[row];
      if (!(time >= this.#start && time < this.#end)) this.#enter(time, before, groups);
      const group = input.groups[row];
      // A row that is taken back counts against those that come.
      const step = kinds !== null && (kinds[row] & 1) === 1 ? -1 : 1;
      for (const { end, counts } of this.#current) {
        // Closed windows are told in any case.
        if (end <= before) continue;
        counts[group] += step;
        if (counts[group] < this.rows) continue;
        counts[group] = 0;
        this.ends.push(end);
      }
      if (this.ends.length === 0) continue;
      this.group = group;
      this.ends.reverse();
      return row + 1;
    }
    return to;
  }

  #leave(): void {
    this.#start = Infinity;
    this.#end = -Infinity;
    this.#current = [];
  }

  /** Makes the slice of a time the current one. */
  #enter(time: EventTime, mark: EventTime, groups: number): void {
    this.#leave();
    if (!this.#slicing.find(time)) return;
    this.#start = this.#slicing.start;
    this.#end = this.#slicing.end;
    for (const end of this.#windows.keys()) if (end <= mark) this.#windows.delete(end);
    this.#slicing.eachWindow((_, end) => {
      if (end <= mark) return false;
      this.#current.push(this.#counted(end, groups));
      return true;
    });
  }

  #counted(end: EventTime, groups: number): Counted {
    let counted = this.#windows.get(end);
    if (counted === undefined) this.#windows.set(end, (counted = { end, counts: new Int32Array(64) }));
    if (counted.counts.length < groups) counted.counts = grown(counted.counts, groups);
    return counted;
  }

  /** Everything has been told. */
  clear(): void {
    this.#windows.clear();
    this.#leave();
  }

  /** Numbers groups anew. */
  renumber({ kept }: Renumbering): void {
    for (const counted of this.#windows.values()) {
      const { counts } = counted;
      counted.counts = new Int32Array(Math.max(64, kept.length));
      kept.forEach((old, group) => (counted.counts[group] = counts[old] ?? 0));
    }
  }

  bytes(): number {
    let bytes = 0;
    for (const { counts } of this.#windows.values()) bytes += counts.byteLength;
    return bytes;
  }

  snapshot(writer: StateWriter): void {
    writer.value('ends', [...this.#windows.keys()]);
    [...this.#windows.values()].forEach(({ counts }, k) => writer.lane(`${k}`, counts));
  }

  restore(reader: StateReader): void {
    this.clear();
    (reader.value('ends') as readonly number[]).forEach((end, k) =>
      this.#windows.set(end, { end, counts: reader.lane(`${k}`) as Int32Array }),
    );
  }
}
