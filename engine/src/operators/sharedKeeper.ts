import type { EventTime } from '../columns/time.js';
import type { Pane } from './pane.js';
import { SlicedKeeper } from './slicedKeeper.js';
import { grown } from './valueIds.js';
import { TOUCHED } from './windowKeeper.js';

/**
 * Windows that overlap and are told while they are open. Rows are first added up by slice; what a slice has gathered is then
 * added to every window that covers it, once for each group, and the slice is empty again.
 */
export class SharedKeeper extends SlicedKeeper {
  #into = new Int32Array(64);

  override advance(mark: EventTime, previous: EventTime): void {
    this.#propagate();
    super.advance(mark, previous);
  }

  override tell(): void {
    this.#propagate();
    super.tell();
  }

  override tellGroup(group: number, ends: readonly EventTime[]): void {
    this.#propagate();
    super.tellGroup(group, ends);
  }

  override endBatch(): void {
    const { change } = this.context.policy.emit;
    const { ordered } = this.windows;
    if (change || (ordered.length > 0 && ordered[0].closed)) this.#propagate();
    super.endBatch();
  }

  /** Adds what slices have gathered to their windows. */
  #propagate(): void {
    const slices = this.slices.ordered;
    const windows = this.windows.ordered;
    let first = 0;
    for (const slice of slices) {
      while (first < windows.length && windows[first].end <= slice.start) first++;
      for (let k = first; k < windows.length && windows[k].start <= slice.start; k++)
        this.#add(slice, windows[k]);
      this.slices.free(slice);
    }
    slices.length = 0;
  }

  #add(slice: Pane, window: Pane): void {
    const { store } = this.windows;
    const from = this.slices.store;
    const { slots, count } = slice;
    if (this.#into.length < count) this.#into = grown(this.#into, count);
    const into = this.#into;
    window.fit(this.context.grouping.groups.size);
    for (let i = 0; i < count; i++) into[i] = window.slotOf(from.groups[slots[i]], store);
    this.context.grouping.mergeAll(store, into, from, slots, count);
    const { stamps, revised } = store;
    for (let i = 0; i < count; i++) {
      const slot = into[i];
      if (stamps[slot] !== TOUCHED) {
        stamps[slot] = TOUCHED;
        window.touch(slot);
      }
      if (window.closed) revised[slot] = 1;
    }
  }
}
