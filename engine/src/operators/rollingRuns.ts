import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { START_OF_TIME } from '../columns/time.js';
import type { ChangedKey } from './changedKeys.js';
import type { ChangedRows } from './changedRows.js';
import type { RollingReach } from './rollingReach.js';
import type { RollingState } from './rollingState.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** What a key had seen after its first rows: so many, in a slot of the state. */
interface Point {
  slot: number;
  count: number;
}

/** One key: its rows in order, and what is known of them. */
export interface RollingKey extends ChangedKey {
  /** The slot of what it has seen up to its last row, and which that was; -1: none, or it is not known. */
  slot: number;
  last: number;
  /** What it had seen earlier, rising; where a row hangs on all before it. */
  points: Point[];
}

/** Rows of a key to be gone over, at the places [from, to), and told from `tell` on; what was seen up to there is kept in a slot, or -1. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly tell: number;
  readonly kept: number;
}

interface Run {
  readonly key: RollingKey;
  readonly slot: number;
  readonly segments: Segment[];
}

/** Takes the new columns' values of rows: those of the batch from `from` up to `to` are the rows of the positions there. */
export type Taker = (columns: readonly Column[], rows: Int32Array, from: number, to: number) => void;

/** Points are not closer than this. */
const LEAST_GAP = 16;
/** Where a state holds objects, this and a part of the rows. */
const LEAST_OBJECTS_GAP = 64;

/**
 * Goes over the rows of keys again from where they have changed, as far as what they show can differ. A key whose frames are bounded starts where
 * the frame of the first such row does. One that shows what is made of all its rows goes on from what it had seen before: such points are the
 * further apart the further they are from the end, so that there are few, and going back to one takes about as long as what follows has to.
 */
export class RollingRuns {
  readonly #free: number[] = [];
  #slots = 0;
  #positions = new Int32Array(256);
  #slotOf = new Int32Array(256);

  constructor(
    readonly state: RollingState,
    readonly rows: ChangedRows,
    readonly reach: RollingReach,
    readonly order: (a: number, b: number) => number,
  ) {}

  #take(): number {
    return this.#free.pop() ?? this.#slots++;
  }

  /** Gives up what a key has seen. */
  forget(key: RollingKey): void {
    for (const { slot } of key.points) this.#release(slot);
    if (key.slot >= 0) this.#release(key.slot);
    key.points = [];
    key.slot = key.last = -1;
  }

  #release(slot: number): void {
    this.state.clear(slot);
    this.#free.push(slot);
  }

  /** Goes over what has changed of some keys, and gives the values to `taker`. */
  go(keys: Iterable<RollingKey>, taker: Taker): void {
    let runs: Run[] = [];
    for (const key of keys) {
      if (this.reach.unbounded) this.#planWhole(key, runs);
      else this.#planFrames(key, runs);
      key.changed = [];
    }
    const once = runs.filter(({ key, slot }) => slot !== key.slot);
    while (runs.length > 0) {
      this.#run(runs, taker);
      for (const { slot, segments } of runs) {
        const kept = segments.shift()?.kept ?? -1;
        if (kept >= 0) this.state.copy(slot, kept, this.#slots);
      }
      runs = runs.filter(({ segments }) => segments.length > 0);
    }
    for (const { slot } of once) this.#release(slot);
  }

  /** The places from which what a change to a row does begins and ends; the end may be behind the last row. */
  #reached(key: RollingKey, row: number): { from: number; to: number } {
    const place = key.rows.placeOf(row, this.order);
    const { us, rows } = this.reach;
    if (us === null) return { from: place, to: place + rows };
    const { times } = this.rows;
    const time = times[row];
    const from = Math.min(
      place,
      key.rows.firstNot(each => times[each] < time),
    );
    const to = key.rows.firstNot(each => times[each] <= time + us);
    return { from, to: Math.max(to, this.#afterTime(key, place + rows)) };
  }

  /** The first place from this one on that has another time than the row before it. */
  #afterTime(key: RollingKey, place: number): number {
    if (place >= key.rows.size) return place;
    const { times } = this.rows;
    const time = times[key.rows.at(place - 1)];
    return Math.max(
      place,
      key.rows.firstNot(each => times[each] <= time),
    );
  }

  /** Where to begin so that the frames of a row at a place, and of those behind it, are whole. */
  #warm(key: RollingKey, place: number): number {
    const { us, rows } = this.reach;
    let from = Math.max(0, place - rows + 1);
    if (us !== null) {
      const { times } = this.rows;
      const least = times[key.rows.at(place)] - us;
      from = Math.min(
        from,
        key.rows.firstNot(each => times[each] < least),
      );
    }
    return from;
  }

  #planFrames(key: RollingKey, runs: Run[]): void {
    const { size } = key.rows;
    const ranges = merged(key.changed.map(row => this.#reached(key, row)));
    for (const { from, to } of ranges) {
      if (to < size) {
        const segment = { from: this.#warm(key, from), to, tell: from, kept: -1 };
        runs.push({ key, slot: this.#take(), segments: [segment] });
        continue;
      }
      const goesOn = this.#goesOn(key, from);
      key.last = -1;
      if (from >= size) continue;
      if (key.slot < 0) key.slot = this.#take();
      else if (!goesOn) this.state.clear(key.slot);
      const start = goesOn ? from : this.#warm(key, from);
      runs.push({ key, slot: key.slot, segments: [{ from: start, to: size, tell: from, kept: -1 }] });
      key.last = key.rows.at(size - 1);
    }
  }

  /** Whether a key has seen all rows before a place, and no others. */
  #goesOn({ rows, last }: RollingKey, place: number): boolean {
    return last >= 0 && place > 0 && place <= rows.size && rows.at(place - 1) === last;
  }

  #planWhole(key: RollingKey, runs: Run[]): void {
    const { size } = key.rows;
    let first = size;
    for (const row of key.changed) first = Math.min(first, this.#reached(key, row).from);
    const goesOn = this.#goesOn(key, first) || (first === 0 && key.slot < 0);
    while (key.points.length > 0 && key.points.at(-1)!.count > first) this.#release(key.points.pop()!.slot);
    this.#thin(key);
    key.last = -1;
    if (first >= size) return;
    if (key.slot < 0) key.slot = this.#take();
    let from = first;
    if (!goesOn) {
      const point = key.points.at(-1);
      from = point?.count ?? 0;
      if (point === undefined) this.state.clear(key.slot);
      else this.state.copy(point.slot, key.slot, this.#slots);
    }
    runs.push({ key, slot: key.slot, segments: this.#segments(key, from, first, goesOn) });
    key.last = key.rows.at(size - 1);
  }

  /** Cuts what is to be gone over where points are to be kept: before what has changed, and then nearer and nearer to the end. */
  #segments(key: RollingKey, start: number, first: number, goesOn: boolean): Segment[] {
    const { size } = key.rows;
    const gap = this.reach.holdsObjects ? Math.max(LEAST_OBJECTS_GAP, size >> 3) : LEAST_GAP;
    const segments: Segment[] = [];
    let from = start;
    const upTo = (to: number, kept: number): void => {
      segments.push({ from, to, tell: Math.max(from, first), kept });
      from = to;
    };
    if (first - (key.points.at(-1)?.count ?? 0) >= gap) {
      const kept = this.#addPoint(key, first);
      if (goesOn) this.state.copy(key.slot, kept, this.#slots);
      else upTo(first, kept);
    }
    while (size - from > 2 * gap) {
      const half = from + ((size - from) >> 1);
      const to = this.reach.us === null ? half : this.#afterTime(key, half);
      if (to >= size) break;
      upTo(to, this.#addPoint(key, to));
    }
    upTo(size, -1);
    return segments;
  }

  #addPoint({ points }: RollingKey, count: number): number {
    const slot = this.#take();
    points.push({ slot, count });
    return slot;
  }

  /** Gives up points that lie closer together than is of use so far from the end. */
  #thin({ points, rows }: RollingKey): void {
    for (let k = points.length - 2; k > 0; k--) {
      const gap = points[k + 1].count - points[k - 1].count;
      if (2 * gap > rows.size - points[k + 1].count) continue;
      this.#release(points[k].slot);
      points.splice(k, 1);
    }
  }

  /** Gives up rows of a key that nothing hangs on any more, since none before `limit` comes or goes from now on. Gives those rows. */
  settle(key: RollingKey, limit: number): number[] {
    const { times } = this.rows;
    const { rows, us, unbounded } = this.reach;
    const settled = key.rows.firstNot(each => times[each] < limit);
    let count = Math.max(0, settled - rows + 1);
    if (unbounded) count = this.#settlePoints(key, settled);
    else if (us !== null)
      count = Math.min(
        count,
        key.rows.firstNot(each => times[each] < limit - us),
      );
    if (count === 0) return [];
    const dropped = key.rows.dropFirst(count);
    if (key.rows.size === 0) key.last = -1;
    return dropped;
  }

  /** Gives up points but the last one among the first `settled` rows, before which nothing is read any more: how many rows that is. */
  #settlePoints(key: RollingKey, settled: number): number {
    const { points, rows } = key;
    const isWhole = settled > 0 && settled === rows.size && rows.at(settled - 1) === key.last;
    if (isWhole && points.at(-1)?.count !== settled)
      this.state.copy(key.slot, this.#addPoint(key, settled), this.#slots);
    const found = points.findLastIndex(({ count }) => count <= settled);
    if (found < 0) return 0;
    const { count } = points[found];
    for (const { slot } of points.splice(0, found)) this.#release(slot);
    for (const point of points) point.count -= count;
    return count;
  }

  #run(runs: readonly Run[], taker: Taker): void {
    const total = runs.reduce((sum, { segments: [{ from, to }] }) => sum + to - from, 0);
    if (this.#positions.length < total) {
      this.#positions = new Int32Array(2 * total);
      this.#slotOf = new Int32Array(2 * total);
    }
    let at = 0;
    for (const { key, slot, segments } of runs) {
      const [{ from, to }] = segments;
      key.rows.copy(from, to, this.#positions, at);
      this.#slotOf.fill(slot, at, at + to - from);
      at += to - from;
    }
    if (total === 0) return;
    const batch: Batch = {
      schema: { fields: [] },
      length: total,
      columns: this.rows.store.gather(this.#positions, total),
      kinds: null,
      marks: null,
      watermark: START_OF_TIME,
    };
    const { columns } = this.state.run(batch, this.#slotOf, this.#slots);
    at = 0;
    for (const { segments } of runs) {
      const [{ from, to, tell }] = segments;
      if (tell < to) taker(columns, this.#positions, at + tell - from, at + to - from);
      at += to - from;
    }
  }

  snapshot(writer: StateWriter): void {
    this.state.snapshot(writer.section('state'));
    writer.value('slots', this.#slots);
    writer.lane('free', Int32Array.from(this.#free));
  }

  restore(reader: StateReader): void {
    this.state.restore(reader.section('state'));
    this.#slots = reader.value('slots') as number;
    for (const slot of reader.lane('free') as Int32Array) this.#free.push(slot);
  }
}

/** Stretches of places, in order: those that touch are one. */
function merged(stretches: { from: number; to: number }[]): { from: number; to: number }[] {
  stretches.sort((a, b) => a.from - b.from);
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of stretches) {
    const last = found.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}
