import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalAsOfJoin } from '../physical/asOfJoin.js';
import { compareTicks, isNearerToLater, isWithin } from './eventTicks.js';
import { leastRows, nextLook, type Renumbering } from './groupCensus.js';
import { OrderedRows } from './orderedRows.js';
import { compareRows } from './rowCompare.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { TimedRows } from './timedRows.js';
import { grown } from './valueIds.js';

/** The rows of both sides that have one key, in event order. */
interface Key {
  readonly lefts: OrderedRows;
  readonly rights: OrderedRows;
}

const NONE = -1;

/** The rows of both sides of an as-of join whose matches may still change, by key. */
export class AsOfKeys {
  readonly left: TimedRows;
  readonly right: TimedRows;
  /** The right row that each left row was last told with, or -1. */
  told = new Int32Array(0);
  #keys = new Map<number, Key>();
  /** The left rows of all keys. */
  readonly #open = new OrderedRows();
  #rights = 0;
  #compactAt = leastRows();
  readonly #leftOrder = (a: number, b: number): number => compareTicks(this.left, a, this.left, b) || a - b;
  readonly #rightOrder = (a: number, b: number): number => this.#compareRight(a, b);

  constructor(
    readonly plan: Pick<PhysicalAsOfJoin, 'direction' | 'toleranceUs' | 'exact'>,
    left: Schema,
    right: Schema,
    fine: boolean,
    /** Whether the last right column orders rows of one time. */
    readonly sequenced: boolean,
  ) {
    this.left = new TimedRows(left, fine);
    this.right = new TimedRows(right, fine);
  }

  #compareRight(a: number, b: number): number {
    const ticks = compareTicks(this.right, a, this.right, b);
    if (ticks !== 0 || !this.sequenced) return ticks || a - b;
    const column = this.right.store.columns.at(-1)!;
    return compareRows(column.column(column.data, column.valid), a, b) || a - b;
  }

  #keyOf(group: number): Key {
    let key = this.#keys.get(group);
    if (key === undefined)
      this.#keys.set(group, (key = { lefts: new OrderedRows(), rights: new OrderedRows() }));
    return key;
  }

  /** Takes a left row into account. Returns what it meets so far. */
  addLeft(row: number): number {
    if (this.told.length <= row) this.told = grown(this.told, row + 1);
    this.told[row] = NONE;
    const group = this.left.groups[row];
    if (group < 0) return NONE;
    this.#keyOf(group).lefts.add(row, this.#leftOrder);
    this.#open.add(row, this.#leftOrder);
    return (this.told[row] = this.matchOf(row));
  }

  /** Takes a right row into account, and notes the left rows that it may change. */
  addRight(row: number, touched: Set<number>): void {
    const group = this.right.groups[row];
    if (group < 0) return;
    const { lefts, rights } = this.#keyOf(group);
    const place = rights.add(row, this.#rightOrder);
    this.#rights++;
    const { direction } = this.plan;
    const { left, right } = this;
    // Left rows beyond the neighbours meet those. Of rows of one time a left row before them may meet the last.
    const earlier = rights.count(each => compareTicks(right, each, right, row) < 0) - 1;
    const before = direction === 'backward' ? row : earlier >= 0 ? rights.at(earlier) : NONE;
    const after = direction === 'forward' ? row : place + 1 < rights.size ? rights.at(place + 1) : NONE;
    const from = before < 0 ? 0 : lefts.count(each => compareTicks(left, each, right, before) < 0);
    const to = after < 0 ? lefts.size : lefts.count(each => compareTicks(left, each, right, after) <= 0);
    for (let k = from; k < to; k++) touched.add(lefts.at(k));
  }

  /** What a left row meets of the right rows that have come. */
  matchOf(row: number): number {
    const { direction, exact, toleranceUs } = this.plan;
    const { left, right } = this;
    const { rights } = this.#keys.get(left.groups[row])!;
    const count = (inclusive: boolean): number =>
      rights.count(each => compareTicks(right, each, left, row) < (inclusive ? 1 : 0));
    let behind = NONE;
    if (direction !== 'forward') {
      const place = count(exact);
      if (place > 0) behind = rights.at(place - 1);
      if (behind >= 0 && toleranceUs !== null && !isWithin(right, behind, left, row, toleranceUs))
        behind = NONE;
      if (direction === 'backward') return behind;
    }
    // Where a row looks both ways, rows of its own time are behind it.
    const place = count(direction === 'nearest' || !exact);
    if (place === rights.size) return behind;
    const ahead = rights.at(place);
    if (toleranceUs !== null && !isWithin(left, row, right, ahead, toleranceUs)) return behind;
    if (direction === 'forward') return ahead;
    if (behind >= 0 && !isNearerToLater(left, row, right, behind, ahead)) return behind;
    return rights.at(rights.count(each => compareTicks(right, each, right, ahead) <= 0) - 1);
  }

  /** The least time of a left row that may still change; the end of time where none may. */
  get oldest(): EventTime {
    return this.#open.size === 0 ? END_OF_TIME : this.left.us[this.#open.at(0)];
  }

  /** Forgets left rows that cannot change any more: both watermarks are at `aligned`, and right rows before `progress` have all come. */
  forget(aligned: EventTime, progress: EventTime): void {
    const open = this.#open;
    while (open.size > 0) {
      const row = open.at(0);
      if (!(this.left.us[row] < aligned) || !this.#isCertain(row, progress)) return;
      open.drop(1);
      this.#keys.get(this.left.groups[row])!.lefts.drop(1);
    }
  }

  #isCertain(row: number, progress: EventTime): boolean {
    const { direction, toleranceUs } = this.plan;
    if (direction === 'backward' || progress === END_OF_TIME) return true;
    const us = this.left.us[row];
    const match = this.told[row];
    const at = match < 0 ? null : this.right.us[match];
    if (at !== null && (direction === 'forward' || at > us)) return at < progress;
    const spanUs = Math.min(toleranceUs ?? Infinity, at === null ? Infinity : us - at);
    // Within a microsecond there are others, where nanoseconds count.
    return progress > us + spanUs + (this.left.sub === null ? 0 : 1);
  }

  /** Whether there are twice as many rows as there were left, so that some are to be given up. */
  get isFull(): boolean {
    return this.left.used + this.right.used >= this.#compactAt;
  }

  /** Gives up the rows that cannot matter to a left row from a time on. */
  compact(leastUs: EventTime): void {
    for (const [group, { lefts, rights }] of this.#keys) {
      this.#dropRights(rights, leastUs);
      if (lefts.size === 0 && rights.size === 0) this.#keys.delete(group);
    }
    const rights = [...this.#keys.values()].flatMap(key => [...key.rights]);
    const lefts = [...this.#open];
    this.#rights = rights.length;
    const rightPlaces = keepRows(this.right, rights);
    const before = this.left.used;
    const leftPlaces = keepRows(this.left, lefts);
    for (let row = 0; row < before; row++) {
      const match = this.told[row];
      if (leftPlaces[row] >= 0) this.told[leftPlaces[row]] = match < 0 ? NONE : rightPlaces[match];
    }
    this.#open.move(leftPlaces);
    for (const key of this.#keys.values()) {
      key.lefts.move(leftPlaces);
      key.rights.move(rightPlaces);
    }
    this.#compactAt = nextLook(lefts.length + rights.length, this.#keys.size);
  }

  #dropRights(rights: OrderedRows, leastUs: EventTime): void {
    const { direction, toleranceUs } = this.plan;
    const { us } = this.right;
    // A row of the least time itself may be met or not, by its nanoseconds.
    const passed = rights.count(row => us[row] < leastUs);
    if (direction === 'forward' || passed === 0 || leastUs === END_OF_TIME) {
      rights.drop(passed);
      return;
    }
    const last = rights.at(passed - 1);
    const tooOld = toleranceUs !== null && us[last] < leastUs - toleranceUs - 1;
    rights.drop(tooOld ? passed : passed - 1);
  }

  markKeys(holds: Uint8Array): void {
    for (const group of this.#keys.keys()) holds[group] = 1;
  }

  renumber(renumbering: Renumbering): void {
    this.left.renumber(renumbering);
    this.right.renumber(renumbering);
    this.#keys = new Map([...this.#keys].map(([group, key]) => [renumbering.numberOf[group], key]));
  }

  /** Rows of both sides that are kept. */
  get rows(): number {
    return this.#open.size + this.#rights;
  }

  bytes(): number {
    return this.left.bytes() + this.right.bytes() + this.told.byteLength + this.rows * 24;
  }

  snapshot(writer: StateWriter): void {
    this.compact(-Infinity);
    this.left.snapshot(writer.section('left'));
    this.right.snapshot(writer.section('right'));
    writer.lane('told', this.told, this.left.used);
  }

  restore(reader: StateReader): void {
    this.left.restore(reader.section('left'));
    this.right.restore(reader.section('right'));
    const told = reader.lane('told') as Int32Array;
    const untouched = new Set<number>();
    for (let row = 0; row < this.right.used; row++) this.addRight(row, untouched);
    for (let row = 0; row < this.left.used; row++) this.addLeft(row);
    this.told.set(told);
  }
}

/** Keeps some rows alone. Returns where each row is now, -1 where it is gone. */
function keepRows(side: TimedRows, rows: readonly number[]): Int32Array {
  const places = new Int32Array(side.used).fill(-1);
  const kept = Int32Array.from(rows).sort();
  for (let k = 0; k < kept.length; k++) places[kept[k]] = k;
  side.keep(kept, kept.length);
  return places;
}
