import type { EventTime } from '../columns/time.js';
import type { WindowSpan } from '../windows/define.js';
import type { Grouping } from './grouping.js';
import type { Pane } from './pane.js';
import { PaneSet } from './paneSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';

/** The groups of one window: slots of a state. */
export interface WindowGroups {
  readonly store: StateStore;
  readonly slots: Int32Array;
  readonly count: number;
}

/**
 * Puts windows that slide on together of slices, so that each slice is merged a constant number of times however many windows share
 * it, and nothing is ever subtracted: the two stacks of Tangwongsan, Hirzel and Schneider ("General incremental sliding-window
 * aggregation", VLDB 2015), for all groups at once. `back` holds what the newest slices make together. `front` holds for each older
 * slice what it makes together with the older slices after it. A window is one front pane and the back; sliding on drops front
 * panes, and when none is left the back's slices become the front.
 */
export class SliceStacks {
  /** The slices that no front pane holds, in order: those of the back, then those not taken yet. */
  readonly slices: PaneSet;
  /** Slices that end up to here are in the front or the back. */
  takenTo: EventTime = -Infinity;
  readonly #front: PaneSet;
  readonly #back: PaneSet;
  readonly #scratch: StateStore;
  /** How many of the slices are in the back. */
  #backCount = 0;
  #frontTo: EventTime = -Infinity;
  #from = new Int32Array(256);
  #into = new Int32Array(256);
  #freshFrom = new Int32Array(256);
  #freshInto = new Int32Array(256);
  #all = new Int32Array(0);

  constructor(readonly grouping: Grouping) {
    this.slices = new PaneSet(grouping.makeStore(false));
    const merged = grouping.makeStore(false);
    this.#front = new PaneSet(merged);
    this.#back = new PaneSet(merged);
    this.#scratch = grouping.makeStore(false);
  }

  get sets(): readonly PaneSet[] {
    return [this.slices, this.#front, this.#back];
  }

  /** When the oldest slice starts; Infinity where there is none. */
  get oldest(): EventTime {
    return Math.min(
      this.#front.ordered.at(0)?.start ?? Infinity,
      this.slices.ordered.at(0)?.start ?? Infinity,
    );
  }

  /** When the newest slice starts. */
  get newest(): EventTime {
    return Math.max(
      this.#front.ordered.at(-1)?.start ?? -Infinity,
      this.slices.ordered.at(-1)?.start ?? -Infinity,
    );
  }

  /** The groups of a window; windows come in order. What is given is valid until the next call. */
  window(span: WindowSpan): WindowGroups {
    this.#take(span.end);
    this.dropBefore(span.start);
    const store = this.#front.store;
    const front = this.#front.ordered.at(0);
    const back = this.#back.ordered.at(0);
    if (front === undefined || front.count === 0)
      return { store, slots: back?.slots ?? this.#all, count: back?.count ?? 0 };
    if (back === undefined || back.count === 0) return { store, slots: front.slots, count: front.count };
    const count = this.#combine(front, back);
    return { store: this.#scratch, slots: this.#all, count };
  }

  /** Takes the slices that end up to `end` into the back. */
  #take(end: EventTime): void {
    const { ordered } = this.slices;
    while (this.#backCount < ordered.length && ordered[this.#backCount].end <= end) {
      this.#merge(this.#backPane(), this.#back.store, ordered[this.#backCount++], this.slices.store);
    }
    this.takenTo = Math.max(this.takenTo, end);
  }

  #backPane(): Pane {
    return this.#back.ordered.at(0) ?? this.#back.open(0, 0);
  }

  /** Adds rows of a slice that came after it had been taken. */
  takeDelayed(delayed: Pane): void {
    const rows = this.slices.store;
    const merged = this.#front.store;
    if (delayed.end > this.#frontTo) {
      let slice = this.slices.get(delayed.end);
      if (slice === undefined) {
        slice = this.slices.open(delayed.start, delayed.end);
        this.#backCount++;
      }
      this.#merge(slice, rows, delayed, rows);
      this.#merge(this.#backPane(), merged, delayed, rows);
      return;
    }
    const { ordered } = this.#front;
    let at = ordered.findIndex(pane => pane.end >= delayed.end);
    if (at < 0) at = ordered.length;
    if (at < ordered.length && ordered[at].end === delayed.end) {
      this.#merge(ordered[at], merged, delayed, rows);
    } else {
      const after = ordered.at(at);
      const pane = this.#front.open(delayed.start, delayed.end);
      this.#merge(pane, merged, delayed, rows);
      if (after !== undefined) this.#merge(pane, merged, after, merged);
    }
    for (let k = 0; k < at; k++) this.#merge(ordered[k], merged, delayed, rows);
  }

  /** Drops slices that start before a time: no window to come covers them. */
  dropBefore(start: EventTime): void {
    const front = this.#front.ordered;
    let gone = 0;
    while (gone < front.length && front[gone].start < start) this.#front.free(front[gone++]);
    if (gone > 0) front.splice(0, gone);
    if (front.length > 0) return;
    const { ordered } = this.slices;
    let expired = 0;
    while (expired < this.#backCount && ordered[expired].start < start) expired++;
    if (expired > 0) this.#flip(expired);
  }

  /** Makes the back's slices, but for the first few, the front. */
  #flip(expired: number): void {
    const { ordered } = this.slices;
    const count = this.#backCount;
    for (let k = expired; k < count; k++) this.#front.open(ordered[k].start, ordered[k].end);
    const panes = this.#front.ordered;
    const merged = this.#front.store;
    for (let k = count - 1; k >= expired; k--) {
      const pane = panes[k - expired];
      this.#merge(pane, merged, ordered[k], this.slices.store);
      if (k + 1 < count) this.#merge(pane, merged, panes[k - expired + 1], merged);
    }
    for (let k = 0; k < count; k++) this.slices.free(ordered[k]);
    ordered.splice(0, count);
    this.#backCount = 0;
    this.#frontTo = this.takenTo;
    for (const pane of this.#back.ordered) this.#back.free(pane);
    this.#back.ordered.length = 0;
  }

  /** Adds the groups of a pane to another one; groups that this one does not have are copied. */
  #merge(pane: Pane, into: StateStore, other: Pane, from: StateStore): void {
    const { slots, count } = other;
    pane.fit(this.grouping.groups.size);
    const { slices, dictionaries } = this.grouping;
    if (slices !== null && pane.isDense) {
      into.reserve(count);
      const claim = (group: number): number => {
        const slot = into.claim(group);
        pane.add(group, slot);
        return slot;
      };
      slices.union(into, pane.dense, claim, from, other, dictionaries);
      return;
    }
    this.#fit(count);
    let known = 0;
    let fresh = 0;
    const knownFrom = this.#from;
    const knownInto = this.#into;
    for (let i = 0; i < count; i++) {
      const other = slots[i];
      const group = from.groups[other];
      let slot = pane.find(group);
      if (slot < 0) {
        slot = into.claim(group);
        pane.add(group, slot);
        this.#freshFrom[fresh] = other;
        this.#freshInto[fresh++] = slot;
      } else {
        knownFrom[known] = other;
        knownInto[known++] = slot;
      }
    }
    this.grouping.mergeAll(into, this.#into, from, this.#from, known);
    this.grouping.copyAll(into, this.#freshInto, from, this.#freshFrom, fresh);
  }

  /** Puts a front pane and the back together in the scratch state; gives how many groups there are. */
  #combine(front: Pane, back: Pane): number {
    const scratch = this.#scratch;
    const store = this.#front.store;
    const most = front.count + back.count;
    this.#fit(most);
    if (this.#all.length < most) {
      for (let slot = this.#all.length; slot < 2 * most; slot++) scratch.claim(0);
      this.#all = Int32Array.from({ length: 2 * most }, (_, slot) => slot);
    }
    const { slices, dictionaries, groups } = this.grouping;
    front.fit(groups.size);
    back.fit(groups.size);
    if (slices !== null && front.isDense && back.isDense)
      return slices.combine(scratch, store, front, back, dictionaries);
    let known = 0;
    for (let i = 0; i < front.count; i++) {
      const group = store.groups[front.slots[i]];
      scratch.groups[i] = group;
      const slot = back.find(group);
      if (slot < 0) continue;
      this.#from[known] = slot;
      this.#into[known++] = i;
    }
    let fresh = 0;
    for (let i = 0; i < back.count; i++) {
      const slot = back.slots[i];
      const group = store.groups[slot];
      if (front.find(group) >= 0) continue;
      scratch.groups[front.count + fresh] = group;
      this.#freshInto[fresh] = front.count + fresh;
      this.#freshFrom[fresh++] = slot;
    }
    this.grouping.copyAll(scratch, this.#all, store, front.slots, front.count);
    this.grouping.mergeAll(scratch, this.#into, store, this.#from, known);
    this.grouping.copyAll(scratch, this.#freshInto, store, this.#freshFrom, fresh);
    return front.count + fresh;
  }

  #fit(count: number): void {
    if (this.#from.length >= count) return;
    this.#from = grown(this.#from, count);
    this.#into = grown(this.#into, count);
    this.#freshFrom = grown(this.#freshFrom, count);
    this.#freshInto = grown(this.#freshInto, count);
  }

  snapshot(writer: StateWriter): void {
    writer.value('taken', [this.takenTo, this.#frontTo, this.#backCount]);
    this.slices.snapshot(writer.section('slices'));
    this.#front.snapshot(writer.section('front'));
    this.#back.snapshot(writer.section('back'));
  }

  restore(reader: StateReader): void {
    [this.takenTo, this.#frontTo, this.#backCount] = reader.value('taken') as [number, number, number];
    this.slices.restore(reader.section('slices'));
    this.#front.restore(reader.section('front'));
    this.#back.restore(reader.section('back'));
    // The scratch state came back with the others: its slots are the first ones, all of them.
    this.#all = Int32Array.from({ length: this.#scratch.live }, (_, slot) => slot);
  }
}
