import type { EventTime } from '../columns/time.js';
import type { Pane } from './pane.js';
import { SlicedKeeper } from './slicedKeeper.js';
import { TOUCHED } from './windowKeeper.js';

/**
 * Windows that overlap, and whose rows may be taken back. What a slice has gathered since it was last looked at can
 * then be less than nothing, which no aggregate can add: slices keep all of their rows, and a window's group that changed is put
 * together of its slices anew.
 */
export class RecombiningKeeper extends SlicedKeeper {
  override advance(mark: EventTime, previous: EventTime): void {
    this.#propagate();
    super.advance(mark, previous);
    this.#dropSlices(mark);
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
    this.#propagate();
    super.endBatch();
  }

  /** Makes the touched groups of slices anew in every window that covers them. */
  #propagate(): void {
    const windows = this.windows.ordered;
    const { stamps, groups } = this.slices.store;
    let first = 0;
    for (const slice of this.slices.ordered) {
      while (first < windows.length && windows[first].end <= slice.start) first++;
      const { touched, touchedCount } = slice;
      for (let i = 0; i < touchedCount; i++) {
        for (let k = first; k < windows.length && windows[k].start <= slice.start; k++)
          this.#combine(windows[k], groups[touched[i]]);
        stamps[touched[i]] = 0;
      }
      slice.touchedCount = 0;
    }
  }

  #combine(window: Pane, group: number): void {
    const { store } = this.windows;
    const slot = window.slotOf(group, store);
    store.reset(slot);
    for (const slice of this.slices.ordered) {
      if (slice.start < window.start) continue;
      if (slice.start >= window.end) break;
      const from = slice.find(group);
      if (from >= 0) this.context.grouping.merge(store, slot, this.slices.store, from);
    }
    if (store.stamps[slot] !== TOUCHED) {
      store.stamps[slot] = TOUCHED;
      window.touch(slot);
    }
    if (window.closed) store.revised[slot] = 1;
  }

  /** Frees the slices whose last window is final. */
  #dropSlices(mark: EventTime): void {
    const { slicing, policy } = this.context;
    const { ordered } = this.slices;
    let gone = 0;
    while (gone < ordered.length && slicing.find(ordered[gone].start)) {
      if (slicing.lastEnd + policy.allowedLatenessUs > mark) break;
      this.slices.free(ordered[gone++]);
    }
    ordered.splice(0, gone);
  }
}
