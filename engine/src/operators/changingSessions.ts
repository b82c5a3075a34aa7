import type { EventTime } from '../columns/time.js';
import { grownBytes, grownTimes } from './growing.js';
import type { Renumbering } from './groupCensus.js';
import type { Grouping } from './grouping.js';
import { lastUpTo } from './inTime.js';
import { SessionEnds } from './sessionEnds.js';
import type { SessionTimes } from './sessionSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/** What a group holds: slots in order of time. */
interface Group {
  /** The times that have rows, as cells of the state. */
  readonly cells: number[];
  readonly sessions: number[];
  /** How many cells were left when it was last looked for those that are certain. */
  kept: number;
}

/** Below so many cells nobody looks for those that are certain. */
const FEW_CELLS = 16;

/** What happens to sessions. */
interface Watcher {
  /** A session is going to change. */
  reach(slot: number): void;
  /** It is another one now: rows have come or gone. */
  touch(slot: number): void;
  /** One ends earlier than it did, or is no more. */
  shrink(slot: number): void;
  /** One is two. */
  split(earlier: number, later: number): void;
  /** Two are one. */
  merge(earlier: number, later: number): void;
}

/**
 * The sessions of rows that may be taken back. Each group keeps the state of its rows time by time (a cell each), and beside it the state of each
 * session. Rows come and go in both; where a session was merged or split, its state is put together of its cells anew. The cells of times that the
 * watermark has made certain are put together with the one behind them, so what is kept is what may still change.
 */
export class ChangingSessions {
  starts: Float64Array = new Float64Array(0);
  lasts: Float64Array = new Float64Array(0);
  /** Sessions that are no more, and wait only to be told so. */
  dead: Uint8Array = new Uint8Array(0);
  readonly store: StateStore;
  readonly cells: StateStore;
  /** The cell and the session of the row that came or went last. */
  cell = -1;
  session = -1;
  readonly #ends = new SessionEnds();
  #groups: (Group | undefined)[] = [];
  #live = 0;
  #cellTimes: Float64Array = new Float64Array(0);
  /** How many rows each cell has; -1: it is given up. */
  #cellRows: Int32Array = new Int32Array(0);
  readonly #emptied: number[] = [];
  readonly #gone: number[] = [];
  readonly #crowded = new Set<Group>();
  readonly #mixed = new Set<number>();
  readonly #dying: number[] = [];

  constructor(
    readonly grouping: Grouping,
    readonly times: SessionTimes,
    told: boolean,
    readonly watcher: Watcher,
  ) {
    this.store = grouping.makeStore(told);
    this.cells = grouping.makeStore(false);
  }

  /** Sessions and cells that are held. */
  get held(): number {
    return this.#live + this.cells.live;
  }

  /** The watermark at which a session may end. */
  get nextEnd(): EventTime {
    return this.#ends.first + this.times.keepUs;
  }

  /** A row comes. */
  add(group: number, time: EventTime): void {
    const held = (this.#groups[group] ??= { cells: [], sessions: [], kept: 0 });
    const { cells, sessions } = held;
    const at = lastUpTo(cells, this.#cellTimes, time);
    if (at >= 0 && this.#cellTimes[cells[at]] === time) {
      this.cell = cells[at];
      this.#cellRows[this.cell]++;
      this.session = sessions[lastUpTo(sessions, this.starts, time)];
      this.watcher.reach(this.session);
    } else {
      this.cell = this.#newCell(group, time);
      cells.splice(at + 1, 0, this.cell);
      if (cells.length > 2 * held.kept + FEW_CELLS) this.#crowded.add(held);
      this.session = this.#join(held, group, time);
    }
    this.watcher.touch(this.session);
  }

  /** A row goes. False where there is none. */
  remove(group: number, time: EventTime): boolean {
    const held = this.#groups[group];
    if (held === undefined) return false;
    const { cells, sessions } = held;
    const at = lastUpTo(cells, this.#cellTimes, time);
    if (at < 0 || this.#cellTimes[cells[at]] !== time || this.#cellRows[cells[at]] === 0) return false;
    this.cell = cells[at];
    this.session = sessions[lastUpTo(sessions, this.starts, time)];
    this.watcher.reach(this.session);
    if (--this.#cellRows[this.cell] === 0) this.#emptied.push(this.cell);
    this.watcher.touch(this.session);
    return true;
  }

  #newCell(group: number, time: EventTime): number {
    const cell = this.cells.allocate(group);
    if (this.#cellTimes.length <= cell) {
      this.#cellTimes = grownTimes(this.#cellTimes, cell + 1);
      this.#cellRows = grown(this.#cellRows, cell + 1);
    }
    this.#cellTimes[cell] = time;
    this.#cellRows[cell] = 1;
    return cell;
  }

  /** The session of a time that has no rows yet: one that it touches, the two that it brings together, or one of its own. */
  #join({ sessions }: Group, group: number, time: EventTime): number {
    const { starts, lasts } = this;
    const { gapUs } = this.times;
    const at = lastUpTo(sessions, starts, time);
    const earlier = at >= 0 && lasts[sessions[at]] + gapUs >= time ? sessions[at] : -1;
    const later =
      at + 1 < sessions.length && starts[sessions[at + 1]] <= time + gapUs ? sessions[at + 1] : -1;
    if (earlier >= 0) this.watcher.reach(earlier);
    if (later >= 0) this.watcher.reach(later);
    if (earlier < 0 && later < 0) {
      const slot = this.#open(group, time, time);
      sessions.splice(at + 1, 0, slot);
      return slot;
    }
    if (earlier < 0) {
      starts[later] = time;
      return later;
    }
    lasts[earlier] = Math.max(lasts[earlier], time);
    if (later < 0) return earlier;
    lasts[earlier] = lasts[later];
    sessions.splice(at + 1, 1);
    this.#mixed.add(earlier);
    this.watcher.merge(earlier, later);
    this.#close(later);
    return earlier;
  }

  #open(group: number, start: EventTime, last: EventTime): number {
    const slot = this.store.allocate(group);
    if (this.starts.length <= slot) {
      this.starts = grownTimes(this.starts, slot + 1);
      this.lasts = grownTimes(this.lasts, slot + 1);
      this.dead = grownBytes(this.dead, slot + 1);
    }
    this.starts[slot] = start;
    this.lasts[slot] = last;
    this.dead[slot] = 0;
    this.#live++;
    this.#ends.add(slot, last);
    return slot;
  }

  #close(slot: number): void {
    this.dead[slot] = 1;
    this.#dying.push(slot);
    this.#mixed.delete(slot);
    this.#ends.drop(slot);
    this.watcher.touch(slot);
    this.watcher.shrink(slot);
  }

  /** Gives up the times that have no rows any more, which makes sessions shorter, or more. */
  settle(): void {
    while (this.#emptied.length > 0) {
      const cell = this.#emptied.pop() as number;
      if (this.#cellRows[cell] === 0) this.#giveUp(cell);
    }
  }

  #giveUp(cell: number): void {
    const { starts, lasts } = this;
    const group = this.cells.groups[cell];
    const { cells, sessions } = this.#groups[group] as Group;
    const time = this.#cellTimes[cell];
    const at = lastUpTo(cells, this.#cellTimes, time);
    const place = lastUpTo(sessions, starts, time);
    const session = sessions[place];
    const before = at > 0 ? this.#cellTimes[cells[at - 1]] : -Infinity;
    const after = at + 1 < cells.length ? this.#cellTimes[cells[at + 1]] : Infinity;
    cells.splice(at, 1);
    this.#cellRows[cell] = -1;
    this.#gone.push(cell);
    const isFirst = before < starts[session];
    const isLast = after > lasts[session];
    if (isFirst && isLast) {
      sessions.splice(place, 1);
      this.#close(session);
      if (cells.length === 0) this.#groups[group] = undefined;
    } else if (isFirst) {
      starts[session] = after;
    } else if (isLast) {
      lasts[session] = before;
      this.#ends.move(session, before);
      this.watcher.shrink(session);
    } else if (after - before > this.times.gapUs) {
      const later = this.#open(group, after, lasts[session]);
      this.lasts[session] = before;
      this.#ends.move(session, before);
      sessions.splice(place + 1, 0, later);
      this.#mixed.add(session).add(later);
      this.watcher.touch(later);
      this.watcher.split(session, later);
    }
  }

  /** Brings states up to date, after rows were added to those of their cells and sessions; rows up to `certain` stay what they are. */
  finish(certain: EventTime): void {
    for (const held of this.#crowded) this.#settleCells(held, certain);
    this.#crowded.clear();
    for (const session of this.#mixed) this.#putTogether(session);
    this.#mixed.clear();
    for (const cell of this.#gone) this.cells.release(cell);
    this.#gone.length = 0;
  }

  /** Puts the cells of each session that are certain together: none of their rows goes, and none comes between them. */
  #settleCells(held: Group, certain: EventTime): void {
    const { cells, sessions } = held;
    const times = this.#cellTimes;
    let kept = 0;
    let session = -1;
    for (const cell of cells) {
      const own = sessions[lastUpTo(sessions, this.starts, times[cell])];
      const joins = own === session && times[cell] <= certain;
      session = own;
      if (!joins) {
        cells[kept++] = cell;
        continue;
      }
      const into = cells[kept - 1];
      this.grouping.merge(this.cells, into, this.cells, cell);
      times[into] = times[cell];
      this.#cellRows[cell] = -1;
      this.cells.release(cell);
    }
    cells.length = held.kept = kept;
  }

  #putTogether(session: number): void {
    const { cells } = this.#groups[this.store.groups[session]] as Group;
    this.store.reset(session);
    const last = this.lasts[session];
    for (let k = Math.max(0, this.#firstCell(cells, this.starts[session])); k < cells.length; k++) {
      if (this.#cellTimes[cells[k]] > last) break;
      this.grouping.merge(this.store, session, this.cells, cells[k]);
    }
  }

  /** The place of a session's first cell, which is later than its start where cells were put together. */
  #firstCell(cells: readonly number[], start: EventTime): number {
    const at = lastUpTo(cells, this.#cellTimes, start);
    return at >= 0 && this.#cellTimes[cells[at]] === start ? at : at + 1;
  }

  /** Takes out the sessions that a watermark ends, in the order of their ends and then of their keys. */
  take(mark: EventTime): Int32Array {
    const due = Int32Array.from(this.#ends.take(mark - this.times.keepUs, this.lasts));
    this.#orderTies(due);
    for (const slot of due) {
      const group = this.store.groups[slot];
      const { cells, sessions } = this.#groups[group] as Group;
      sessions.splice(lastUpTo(sessions, this.starts, this.starts[slot]), 1);
      const first = this.#firstCell(cells, this.starts[slot]);
      const next = lastUpTo(cells, this.#cellTimes, this.lasts[slot]) + 1;
      for (const cell of cells.splice(first, next - first)) {
        this.#cellRows[cell] = -1;
        this.cells.release(cell);
      }
      if (cells.length === 0) this.#groups[group] = undefined;
    }
    return due;
  }

  #orderTies(due: Int32Array): void {
    const { lasts, store } = this;
    for (let from = 0; from < due.length;) {
      let to = from + 1;
      while (to < due.length && lasts[due[to]] === lasts[due[from]]) to++;
      const tied = due.slice(from, to);
      const places = this.grouping.groups.inOrder(tied.map(slot => store.groups[slot]));
      for (let k = 0; k < tied.length; k++) due[from + k] = tied[places[k]];
      from = to;
    }
  }

  /** Gives the slots of sessions back that were told for the last time: those that ended, and those that are no more. */
  release(ended: readonly number[]): void {
    for (const slot of [...ended, ...this.#dying]) {
      this.store.release(slot);
      this.dead[slot] = 0;
      this.#live--;
    }
    this.#dying.length = 0;
  }

  /** The sessions of a group, in order of time. */
  of(group: number): readonly number[] {
    return this.#groups[group]?.sessions ?? [];
  }

  /** Every session that may still change. */
  *all(): Generator<number> {
    for (const held of this.#groups) if (held !== undefined) yield* held.sessions;
  }

  /** Marks the groups that have a session. */
  markGroups(holds: Uint8Array): void {
    for (let group = 0; group < holds.length; group++)
      if (this.#groups[group] !== undefined) holds[group] = 1;
  }

  /** Numbers groups anew. */
  renumber({ kept }: Renumbering): void {
    this.#groups = Array.from(kept, group => this.#groups[group]);
    this.#groups.forEach((held, group) => {
      for (const slot of held?.sessions ?? []) this.store.groups[slot] = group;
      for (const cell of held?.cells ?? []) this.cells.groups[cell] = group;
    });
  }

  bytes(): number {
    const slots = this.starts.byteLength * 2 + this.#cellTimes.byteLength * 2 + this.#groups.length * 8;
    return this.store.bytes() + this.cells.bytes() + slots + this.held * 16 + this.#ends.bytes();
  }

  snapshot(writer: StateWriter): void {
    writer.lane('starts', this.starts);
    writer.lane('lasts', this.lasts);
    writer.lane('cellTimes', this.#cellTimes);
    writer.lane('cellRows', this.#cellRows);
    const groups = this.#groups
      .map((held, group) => ({ held, group }))
      .filter(({ held }) => held !== undefined);
    writer.lane(
      'groups',
      Int32Array.from(
        groups.flatMap(({ held, group }) => [group, held!.cells.length, held!.sessions.length, held!.kept]),
      ),
    );
    writer.lane('slots', Int32Array.from(groups.flatMap(({ held }) => [...held!.cells, ...held!.sessions])));
    this.#ends.snapshot(writer.section('ends'));
  }

  /** Takes a snapshot's sessions, after the stores have taken their state. */
  restore(reader: StateReader): void {
    this.starts = reader.lane('starts') as Float64Array;
    this.lasts = reader.lane('lasts') as Float64Array;
    this.dead = new Uint8Array(this.starts.length);
    this.#cellTimes = reader.lane('cellTimes') as Float64Array;
    this.#cellRows = reader.lane('cellRows') as Int32Array;
    const groups = reader.lane('groups') as Int32Array;
    const slots = Array.from(reader.lane('slots') as Int32Array);
    let at = 0;
    for (let k = 0; k < groups.length; k += 4) {
      const [group, cells, sessions, kept] = groups.subarray(k, k + 4);
      const middle = at + cells;
      this.#groups[group] = {
        cells: slots.slice(at, middle),
        sessions: slots.slice(middle, middle + sessions),
        kept,
      };
      at = middle + sessions;
      this.#live += sessions;
    }
    this.#ends.restore(reader.section('ends'));
  }
}
