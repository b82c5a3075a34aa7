import type { EventTime } from '../columns/time.js';
import type { GroupIndex } from './groupIndex.js';
import { grownBytes, grownTimes } from './growing.js';
import type { Renumbering } from './groupCensus.js';
import { SessionQueue } from './sessionQueue.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/** How long sessions last, in microseconds. */
export interface SessionTimes {
  readonly gapUs: number;
  /** How long after its last row a session closes: the gap and one tick. */
  readonly closeUs: number;
  /** How long after its last row a session is kept: the gap, one tick, and the allowed lateness. */
  readonly keepUs: number;
}

/**
 * The sessions that may still change: a slot of the state each, those of one group chained in order of time. Two sessions of a
 * group are always more than the gap apart: a row that closes the gap makes one of them, as Flink's MergingWindowSet does.
 */
export class SessionSet {
  /** The latest session of each group: its slot + 1, or 0. */
  latest: Int32Array = new Int32Array(256);
  starts: Float64Array = new Float64Array(0);
  lasts: Float64Array = new Float64Array(0);
  previous: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);
  /** Sessions that were merged into others, and wait only to be taken out of the queue. */
  dead: Uint8Array = new Uint8Array(0);
  /** Empty slots to take from. */
  fresh: Int32Array = new Int32Array(256);
  freshTop = 0;
  /** Whether the row placed last has changed a session that had closed. */
  hasRevised = false;
  readonly queue = new SessionQueue();

  constructor(
    readonly store: StateStore,
    readonly groups: GroupIndex,
    readonly times: SessionTimes,
    /** Merges the later session, which is given up, into the earlier one. */
    readonly absorb: (earlier: number, later: number) => void,
  ) {}

  /** Slots that hold a session, also a dead one. */
  get live(): number {
    return this.store.live - this.freshTop;
  }

  /** The places of slots in order of their groups' keys. */
  inOrder(slots: Int32Array): Int32Array {
    return this.groups.inOrder(slots.map(slot => this.store.groups[slot]));
  }

  /** Makes room for so many rows of `groups` groups, each of which may begin a session. */
  fit(rows: number, groups: number): void {
    if (this.latest.length < groups) this.latest = grown(this.latest, groups);
    if (this.fresh.length < rows) this.fresh = grown(this.fresh, rows);
    while (this.freshTop < rows) this.fresh[this.freshTop++] = this.store.allocate(0);
    this.queue.fit(rows);
    this.#fitSlots();
  }

  #fitSlots(): void {
    const slots = this.store.stamps.length;
    if (this.starts.length >= slots) return;
    this.starts = grownTimes(this.starts, slots);
    this.lasts = grownTimes(this.lasts, slots);
    this.previous = grown(this.previous, slots);
    this.next = grown(this.next, slots);
    this.dead = grownBytes(this.dead, slots);
  }

  /**
   * The session of a row, by the watermark before it; -1 where the row is late. The row is late when the session that it would be
   * in, merged with its neighbours, is no longer kept (Flink's MergingWindowProcessFunction.assignStateNamespace).
   */
  place(group: number, time: EventTime, mark: EventTime): number {
    const { gapUs, closeUs, keepUs } = this.times;
    const { starts, lasts, previous } = this;
    this.hasRevised = false;
    let later = 0;
    let slot = this.latest[group] - 1;
    while (slot >= 0 && starts[slot] > time + gapUs && lasts[slot] + keepUs > mark) {
      later = slot + 1;
      slot = previous[slot] - 1;
    }
    if (slot < 0 || lasts[slot] + gapUs < time || lasts[slot] + keepUs <= mark) {
      return time + keepUs <= mark ? -1 : this.#insert(group, time, slot + 1, later);
    }
    this.hasRevised = lasts[slot] + closeUs <= mark;
    if (time > lasts[slot]) lasts[slot] = time;
    if (time >= starts[slot]) return slot;
    starts[slot] = time;
    const earlier = previous[slot] - 1;
    if (earlier < 0 || lasts[earlier] + gapUs < time || lasts[earlier] + keepUs <= mark) return slot;
    this.hasRevised ||= lasts[earlier] + closeUs <= mark;
    lasts[earlier] = lasts[slot];
    this.#unlink(slot);
    this.dead[slot] = 1;
    this.absorb(earlier, slot);
    return earlier;
  }

  /** A new session between two, which are slots + 1 or 0. */
  #insert(group: number, time: EventTime, earlier: number, later: number): number {
    const slot = this.fresh[--this.freshTop];
    this.store.reset(slot);
    this.store.groups[slot] = group;
    this.starts[slot] = this.lasts[slot] = time;
    this.previous[slot] = earlier;
    this.next[slot] = later;
    if (earlier > 0) this.next[earlier - 1] = slot + 1;
    if (later > 0) this.previous[later - 1] = slot + 1;
    else this.latest[group] = slot + 1;
    this.queue.push(time, slot);
    return slot;
  }

  #unlink(slot: number): void {
    const { previous, next } = this;
    const earlier = previous[slot];
    const later = next[slot];
    if (earlier > 0) next[earlier - 1] = later;
    if (later > 0) previous[later - 1] = earlier;
    else this.latest[this.store.groups[slot]] = earlier;
  }

  /** Takes out the sessions that a watermark ends: they are in `queue.due`, and slots given up in `queue.gone`. */
  take(mark: EventTime): void {
    const { queue } = this;
    queue.take(mark - this.times.keepUs, this);
    for (let k = 0; k < queue.dueCount; k++) this.#unlink(queue.due[k]);
  }

  /** Empties slots that were taken out, for other sessions. */
  release(slots: Int32Array, count: number): void {
    if (count === 0) return;
    this.store.prepare(slots, count);
    if (this.fresh.length < this.freshTop + count) this.fresh = grown(this.fresh, this.freshTop + count);
    for (let k = 0; k < count; k++) {
      this.fresh[this.freshTop++] = slots[k];
      this.dead[slots[k]] = 0;
    }
  }

  /** Every session that may still change. */
  *all(): Generator<number> {
    for (const head of this.latest)
      for (let slot = head; slot > 0; slot = this.previous[slot - 1]) yield slot - 1;
  }

  /** Marks the groups that have a session. */
  markGroups(holds: Uint8Array): void {
    for (let group = 0; group < holds.length; group++) if (this.latest[group] > 0) holds[group] = 1;
  }

  /** Numbers groups anew. */
  renumber({ kept }: Renumbering): void {
    const latest = new Int32Array(Math.max(256, kept.length));
    const { groups } = this.store;
    for (let group = 0; group < kept.length; group++) {
      const head = (latest[group] = this.latest[kept[group]]);
      for (let slot = head; slot > 0; slot = this.previous[slot - 1]) groups[slot - 1] = group;
    }
    this.latest = latest;
  }

  bytes(): number {
    return this.store.bytes() + this.starts.length * 25 + this.latest.length * 4 + this.queue.bytes();
  }

  snapshot(writer: StateWriter): void {
    const slots = this.store.stamps.length;
    writer.lane('latest', this.latest);
    writer.lane('starts', this.starts, slots);
    writer.lane('lasts', this.lasts, slots);
    writer.lane('previous', this.previous, slots);
    writer.lane('next', this.next, slots);
    writer.lane('dead', this.dead, slots);
    writer.lane('fresh', this.fresh, this.freshTop);
    this.queue.snapshot(writer.section('queue'));
  }

  /** Takes a snapshot's sessions, after the store has taken its state. */
  restore(reader: StateReader): void {
    this.latest = reader.lane('latest') as Int32Array;
    this.starts = reader.lane('starts') as Float64Array;
    this.lasts = reader.lane('lasts') as Float64Array;
    this.previous = reader.lane('previous') as Int32Array;
    this.next = reader.lane('next') as Int32Array;
    this.dead = reader.lane('dead') as Uint8Array;
    this.fresh = reader.lane('fresh') as Int32Array;
    this.freshTop = this.fresh.length;
    this.queue.restore(reader.section('queue'));
    this.#fitSlots();
  }
}
