import { RowKind } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { FillSpec, FillValue } from '../windows/emission.js';
import type { Slicing } from '../windows/slicing.js';
import type { WindowSpan } from '../windows/define.js';
import type { Grouping } from './grouping.js';
import { PaneSet } from './paneSet.js';
import type { Pane } from './pane.js';
import type { OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { grown } from './valueIds.js';
import type { WindowOutput } from './windowOutput.js';

/** What stands in a row of an empty window. */
export interface FillPlan extends FillSpec {
  /** The value of each aggregate. */
  readonly values: readonly FillValue[];
}

/**
 * Makes rows for windows in which a group has none, once such a window is final: from the group's first window on, for at most
 * `limit` windows in a row. It keeps the state of each group's last window, and forgets a group that has been silent for longer.
 */
export class GapFiller {
  /** One pane with every group that is filled. */
  readonly set: PaneSet;
  readonly #pane: Pane;
  /** How many windows a slot's group has been silent for. */
  #silent: Int32Array = new Int32Array(256);
  /** The end of the last window that was filled. */
  #at: EventTime = -Infinity;
  /** By slot: the number of the window that has rows of its group. */
  #seen = new Int32Array(256);
  #number = 0;
  #live = new Int32Array(256);
  #from = new Int32Array(256);
  #into = new Int32Array(256);

  constructor(
    readonly plan: FillPlan,
    readonly grouping: Grouping,
    readonly slicing: Slicing,
    readonly output: WindowOutput,
  ) {
    this.set = new PaneSet(grouping.makeStore(false));
    this.#pane = this.set.open(0, 0);
  }

  /** The watermark at which the next window may have to be filled. */
  nextEvent(allowedLatenessUs: number): EventTime {
    const next = this.#pane.count === 0 ? null : this.slicing.next(this.#at);
    return next === null ? Infinity : next.end + allowedLatenessUs;
  }

  /** Fills the windows before the one that ends at `end`. */
  fillUpTo(end: EventTime, mark: EventTime): void {
    while (this.#pane.count > 0) {
      const next = this.slicing.next(this.#at);
      if (next === null || next.end >= end) return;
      this.#number++;
      this.#fill(next, mark);
    }
  }

  /** Fills the windows that end by `done`; at the end of the input, those that ended by the watermark before it. */
  fillTo(done: EventTime, previous: EventTime, mark: EventTime): void {
    const to = done === Infinity ? previous : done;
    while (this.#pane.count > 0) {
      const next = this.slicing.next(this.#at);
      if (next === null || next.end > to) return;
      this.#number++;
      this.#fill(next, mark);
    }
  }

  /** Takes in a final window with rows, and fills it for groups that it does not have. */
  settle(span: WindowSpan, store: StateStore, slots: Int32Array, count: number, mark: EventTime): void {
    this.#number++;
    this.#fit(count);
    const own = this.set.store;
    const { retracting } = this.grouping.plan.shape;
    let known = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      if (retracting && !(store.rows(slot) > 0)) continue;
      const into = this.#pane.slotOf(store.groups[slot], own);
      this.#from[known] = slot;
      this.#into[known++] = into;
    }
    this.grouping.copyAll(own, this.#into, store, this.#from, known);
    if (this.#silent.length < own.capacity) {
      this.#silent = grown(this.#silent, own.capacity);
      this.#seen = grown(this.#seen, own.capacity);
    }
    for (let i = 0; i < known; i++) {
      this.#silent[this.#into[i]] = 0;
      this.#seen[this.#into[i]] = this.#number;
    }
    this.#fill(span, mark);
  }

  /** Fills one window for every group that was not seen in it. */
  #fill(span: WindowSpan, mark: EventTime): void {
    this.#at = span.end;
    const pane = this.#pane;
    if (this.#live.length < pane.count) this.#live = grown(this.#live, pane.count);
    let live = 0;
    let gone = 0;
    for (let i = 0; i < pane.count; i++) {
      const slot = pane.slots[i];
      if (this.#seen[slot] === this.#number) continue;
      if (++this.#silent[slot] > this.plan.limit) gone++;
      else this.#live[live++] = slot;
    }
    if (live > 0) this.#write(span, live, mark);
    if (gone > 0) this.#forget();
  }

  #write(span: WindowSpan, count: number, mark: EventTime): void {
    const { grouping, output } = this;
    const { store } = this.set;
    const { buffer } = output;
    const from = buffer.reserve(count);
    const at = grouping.positions(from, count);
    const keys = grouping.plan.keys.length;
    grouping.endOf = () => span.end;
    grouping.writeKeys(store, this.#live, count, at, buffer.columns.slice(0, keys));
    this.plan.values.forEach((value, j) => {
      const column = buffer.columns[keys + 3 + j];
      if (value === 'zero') fillConstant(column, from, buffer.length, 1);
      else if (value === 'null') fillConstant(column, from, buffer.length, 0);
      else grouping.writeValue(value, store, this.#live, count, at, column, buffer.length);
    });
    buffer.kinds.fill(RowKind.Insert, from, buffer.length);
    output.finish(span, from, mark);
  }

  /** Gives up groups that have been silent for too long. */
  #forget(): void {
    const pane = this.#pane;
    const { store } = this.set;
    const kept: number[] = [];
    const gone: number[] = [];
    for (let i = 0; i < pane.count; i++) {
      const slot = pane.slots[i];
      (this.#silent[slot] > this.plan.limit ? gone : kept).push(slot);
    }
    pane.clear(store.groups);
    for (const slot of kept) pane.add(store.groups[slot], slot);
    store.releaseAll(Int32Array.from(gone), gone.length);
    for (const slot of gone) this.#silent[slot] = this.#seen[slot] = 0;
  }

  #fit(count: number): void {
    if (this.#from.length >= count) return;
    this.#from = grown(this.#from, count);
    this.#into = grown(this.#into, count);
  }

  snapshot(writer: StateWriter): void {
    writer.value('at', this.#at);
    writer.lane('silent', this.#silent);
    this.set.snapshot(writer.section('groups'));
  }

  restore(reader: StateReader): void {
    this.#at = reader.value('at') as number;
    this.#silent = reader.lane('silent') as Int32Array;
    this.#seen = new Int32Array(this.#silent.length);
    const panes = reader.section('groups');
    for (const slot of panes.lane('slots') as Int32Array) this.#pane.add(this.set.store.groups[slot], slot);
  }
}

/** Writes 0, or NULL, to rows [from, to). */
function fillConstant({ data, valid }: OutputColumn, from: number, to: number, present: 0 | 1): void {
  if (data instanceof BigInt64Array) data.fill(0n, from, to);
  else data.fill(0, from, to);
  if (valid.length > 0) valid.fill(present, from, to);
}
