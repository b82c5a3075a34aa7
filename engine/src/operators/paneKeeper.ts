import type { EventTime } from '../columns/time.js';
import type { OpenWindows } from './operator.js';
import type { Pane } from './pane.js';
import { PaneSet } from './paneSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { TOUCHED, type KeeperContext, type WindowKeeper } from './windowKeeper.js';

/** The stamp of a slot while those touched are listed. */
const LISTED = 2;

/** Windows that each have a pane of their own: rows go to them directly where windows do not overlap. */
export class PaneKeeper implements WindowKeeper {
  nextEvent: EventTime = Infinity;
  protected readonly windows: PaneSet;
  #plain = new Int32Array(64);
  #revised = new Int32Array(64);
  readonly #one = new Int32Array(1);

  constructor(protected readonly context: KeeperContext) {
    this.windows = new PaneSet(context.grouping.makeStore(context.policy.shadowed));
  }

  get store(): StateStore {
    return this.windows.store;
  }

  get sets(): readonly PaneSet[] {
    return [this.windows];
  }

  enter(mark: EventTime): Pane | null {
    const { slicing, policy } = this.context;
    const { start, end } = slicing;
    if (end + policy.allowedLatenessUs <= mark) return null;
    return this.windows.get(end) ?? this.open(start, end, mark);
  }

  /** Opens a window that is not final. */
  protected open(start: EventTime, end: EventTime, mark: EventTime): Pane {
    const window = this.windows.open(start, end);
    window.closed = end <= mark;
    this.nextEvent = Math.min(this.nextEvent, this.#eventOf(window));
    return window;
  }

  /** The watermark at which something happens to a window. */
  #eventOf(window: Pane): EventTime {
    const { allowedLatenessUs, once } = this.context.policy;
    return once || window.closed ? window.end + allowedLatenessUs : window.end;
  }

  advance(mark: EventTime, previous: EventTime): void {
    const { policy, filler, output } = this.context;
    const { ordered } = this.windows;
    const lateness = policy.allowedLatenessUs;
    const fillMark = policy.once ? previous : output.before;
    let done = 0;
    for (; done < ordered.length && ordered[done].end + lateness <= mark; done++) {
      const window = ordered[done];
      filler?.fillUpTo(window.end, fillMark);
      this.#finish(window, previous);
      filler?.settle(window, this.windows.store, window.slots, window.count, fillMark);
    }
    filler?.fillTo(mark - lateness, previous, fillMark);
    for (let i = 0; i < done; i++) this.windows.free(ordered[i]);
    ordered.splice(0, done);
    if (lateness > 0 && !policy.once) this.#close(mark);
    this.nextEvent = filler?.nextEvent(lateness) ?? Infinity;
    for (const window of ordered) {
      this.nextEvent = Math.min(this.nextEvent, this.#eventOf(window));
      if (!window.closed) break;
    }
  }

  #finish(window: Pane, previous: EventTime): void {
    const { policy, output } = this.context;
    if (policy.once) output.once(window, this.windows.store, window.slots, window.count, previous);
    else this.#tellPane(window);
  }

  /** Closes windows: later changes revise them. Those that are told when they close have their rows sent by themselves. */
  #close(mark: EventTime): void {
    const { policy, output } = this.context;
    let told = false;
    for (const window of this.windows.ordered) {
      if (window.end > mark) break;
      if (window.closed) continue;
      if (!policy.emit.change && window.touchedCount > 0) {
        this.#tellPane(window);
        told = true;
      }
      window.closed = true;
    }
    if (told) output.flush();
  }

  tell(): void {
    for (const window of this.windows.ordered) this.#tellPane(window);
  }

  tellGroup(group: number, ends: readonly EventTime[]): void {
    const { stamps } = this.windows.store;
    for (const end of ends) {
      const window = this.windows.get(end);
      const slot = window?.find(group) ?? -1;
      if (window === undefined || slot < 0 || stamps[slot] !== TOUCHED) continue;
      // It stays in the list of what was touched, where its stamp says that it was told since.
      if (window.touchedCount > 4 * window.count + 64) this.#listTouched(window);
      this.#one[0] = slot;
      this.#tellSlots(window, this.#one, 1);
    }
  }

  endBatch(): void {
    const { once, emit } = this.context.policy;
    if (once) return;
    for (const window of this.windows.ordered) {
      if (emit.change || window.closed) this.#tellPane(window);
      else break;
    }
  }

  /** Tells what was touched in a window. */
  #tellPane(window: Pane): void {
    if (this.context.policy.emit.rows !== null) this.#listTouched(window);
    const { touched, touchedCount } = window;
    if (touchedCount === 0) return;
    window.touchedCount = 0;
    this.#tellSlots(window, touched, touchedCount);
  }

  /** Lists what was touched once each, without groups that were told by themselves since. */
  #listTouched(window: Pane): void {
    const { touched, touchedCount } = window;
    const { stamps } = this.windows.store;
    let kept = 0;
    for (let i = 0; i < touchedCount; i++) {
      const slot = touched[i];
      if (stamps[slot] !== TOUCHED) continue;
      stamps[slot] = LISTED;
      touched[kept++] = slot;
    }
    for (let i = 0; i < kept; i++) stamps[touched[i]] = TOUCHED;
    window.touchedCount = kept;
  }

  #tellSlots(window: Pane, slots: Int32Array, count: number): void {
    if (count === 0) return;
    const { policy, output } = this.context;
    const { store } = this.windows;
    for (let i = 0; i < count; i++) store.stamps[slots[i]] = 0;
    if (policy.allowedLatenessUs === 0) {
      output.change(window, store, slots, count, false);
      return;
    }
    if (this.#plain.length < count) {
      this.#plain = new Int32Array(count * 2);
      this.#revised = new Int32Array(count * 2);
    }
    let plain = 0;
    let revised = 0;
    for (let i = 0; i < count; i++) {
      if (store.revised[slots[i]] === 1) this.#revised[revised++] = slots[i];
      else this.#plain[plain++] = slots[i];
    }
    output.change(window, store, this.#plain, plain, false);
    output.change(window, store, this.#revised, revised, true);
  }

  openWindows(): OpenWindows {
    const { ordered } = this.windows;
    return { count: ordered.length, oldestEnd: ordered.length === 0 ? null : ordered[0].end };
  }

  snapshot(writer: StateWriter): void {
    writer.value('nextEvent', this.nextEvent);
    this.windows.snapshot(writer.section('windows'));
  }

  restore(reader: StateReader): void {
    this.nextEvent = reader.value('nextEvent') as number;
    this.windows.restore(reader.section('windows'));
  }
}
