import type { EventTime } from '../columns/time.js';
import type { Pane } from './pane.js';
import { PaneKeeper } from './paneKeeper.js';
import { PaneSet } from './paneSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import type { KeeperContext } from './windowKeeper.js';

/** Windows that overlap: rows go to the slices that windows share, and from there to the windows. */
export abstract class SlicedKeeper extends PaneKeeper {
  protected readonly slices: PaneSet;

  constructor(context: KeeperContext) {
    super(context);
    this.slices = new PaneSet(context.grouping.makeStore(false));
  }

  override get store(): StateStore {
    return this.slices.store;
  }

  override get sets(): readonly PaneSet[] {
    return [this.windows, this.slices];
  }

  override enter(mark: EventTime): Pane | null {
    const { slicing, policy } = this.context;
    const lateness = policy.allowedLatenessUs;
    if (slicing.lastEnd + lateness <= mark) return null;
    const known = this.slices.get(slicing.end);
    if (known !== undefined) return known;
    slicing.eachWindow((start, end) => {
      if (end + lateness <= mark) return false;
      if (this.windows.get(end) === undefined) this.open(start, end, mark);
      return true;
    });
    return this.slices.open(slicing.start, slicing.end);
  }

  override snapshot(writer: StateWriter): void {
    super.snapshot(writer);
    this.slices.snapshot(writer.section('slices'));
  }

  override restore(reader: StateReader): void {
    super.restore(reader);
    this.slices.restore(reader.section('slices'));
  }
}
