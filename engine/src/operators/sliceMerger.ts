import type { EventTime } from '../columns/time.js';
import type { SlicedWindow } from '../windows/define.js';
import type { Grouping } from './grouping.js';
import type { Pane } from './pane.js';
import type { PaneSet } from './paneSet.js';

/** Puts hopping windows together of the slices that they share. */
export class SliceMerger {
  constructor(
    readonly grouping: Grouping,
    readonly window: SlicedWindow,
    readonly slices: PaneSet,
    readonly windows: PaneSet,
  ) {}

  /** Makes the windows that cover a slice, but for those final at `done`. */
  openWindows(slice: number, done: EventTime): void {
    const { sizeUs, slideUs, offsetUs } = this.window;
    const last = Math.floor((slice - offsetUs) / slideUs) * slideUs + offsetUs;
    for (let start = last; start > slice - sizeUs; start -= slideUs) {
      if (start + sizeUs <= done) break;
      if (this.windows.get(start) === undefined) this.windows.open(start, start + sizeUs);
    }
  }

  /** Frees slices whose last window is final at `done`. */
  dropSlices(done: EventTime): void {
    const { sizeUs, slideUs, offsetUs } = this.window;
    const { ordered } = this.slices;
    let gone = 0;
    while (gone < ordered.length) {
      const last = Math.floor((ordered[gone].start - offsetUs) / slideUs) * slideUs + offsetUs;
      if (last + sizeUs > done) break;
      this.slices.free(ordered[gone++]);
    }
    ordered.splice(0, gone);
  }

  /** Notes the groups touched in slices as touched in their windows. A stamp of 1 says that a window's slot is noted. */
  propagate(): void {
    for (const slice of this.slices.ordered) {
      if (slice.touchedCount === 0) continue;
      for (const window of this.windows.ordered) {
        if (window.start > slice.start) break;
        if (slice.start < window.end) this.#noteTouched(slice, window);
      }
      slice.touchedCount = 0;
    }
  }

  #noteTouched(slice: Pane, window: Pane): void {
    for (let i = 0; i < slice.touchedCount; i++) {
      const slot = this.#slotIn(window, this.slices.store.groups[slice.touched[i]]);
      const { stamps, revised } = this.windows.store;
      if (stamps[slot] === 0) {
        stamps[slot] = 1;
        window.touch(slot);
      }
      if (window.closed) revised[slot] = 1;
    }
  }

  /** Computes the touched groups of a window anew from its slices. */
  combineTouched(window: Pane): void {
    for (let i = 0; i < window.touchedCount; i++) {
      const slot = window.touched[i];
      this.#combine(window, slot, this.windows.store.groups[slot]);
      this.windows.store.stamps[slot] = 0;
    }
  }

  /** Computes every group of a window from its slices. */
  fill(window: Pane): void {
    for (const slice of this.#slicesOf(window)) {
      for (let i = 0; i < slice.count; i++) {
        const from = slice.slots[i];
        const slot = this.#slotIn(window, this.slices.store.groups[from]);
        this.grouping.merge(this.windows.store, slot, this.slices.store, from);
      }
    }
  }

  #combine(window: Pane, slot: number, group: number): void {
    this.windows.store.reset(slot);
    for (const slice of this.#slicesOf(window)) {
      const from = slice.find(group);
      if (from >= 0) this.grouping.merge(this.windows.store, slot, this.slices.store, from);
    }
  }

  *#slicesOf(window: Pane): Generator<Pane> {
    for (let start = window.start; start < window.end; start += this.window.sliceUs) {
      const slice = this.slices.get(start);
      if (slice !== undefined) yield slice;
    }
  }

  #slotIn(window: Pane, group: number): number {
    let slot = window.find(group);
    if (slot < 0) {
      slot = this.windows.store.allocate(group);
      window.add(group, slot);
    }
    return slot;
  }
}
