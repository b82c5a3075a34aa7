import type { EventTime } from '../columns/time.js';
import type { WindowSpan } from '../windows/define.js';
import type { OpenWindows } from './operator.js';
import type { Pane } from './pane.js';
import { PaneSet } from './paneSet.js';
import { SliceStacks } from './sliceStacks.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import type { KeeperContext, WindowKeeper } from './windowKeeper.js';

/** Windows that overlap and are told once, when they are final: put together of slices by two stacks. */
export class SlidingKeeper implements WindowKeeper {
  nextEvent: EventTime = Infinity;
  readonly #stacks: SliceStacks;
  /** Rows of slices that windows were put together of already, until the next window is due. */
  readonly #delayed: PaneSet;
  /** Windows that end up to here were told, or had no rows. */
  #passed: EventTime = -Infinity;

  constructor(readonly context: KeeperContext) {
    this.#stacks = new SliceStacks(context.grouping);
    this.#delayed = new PaneSet(this.#stacks.slices.store);
  }

  get store(): StateStore {
    return this.#delayed.store;
  }

  get sets(): readonly PaneSet[] {
    return [...this.#stacks.sets, this.#delayed];
  }

  enter(mark: EventTime): Pane | null {
    const { slicing, policy } = this.context;
    const { start, end, lastEnd } = slicing;
    const lateness = policy.allowedLatenessUs;
    if (lastEnd + lateness <= mark) return null;
    const set = end <= this.#stacks.takenTo ? this.#delayed : this.#stacks.slices;
    const known = set.get(end);
    if (known !== undefined) return known;
    // No window that ended before this mark is waiting for it, so those that this slice is too late for have passed.
    this.#passed = Math.max(this.#passed, mark - lateness);
    const next = slicing.next(Math.max(start, this.#passed));
    if (next !== null) this.nextEvent = Math.min(this.nextEvent, next.end + lateness);
    return set.open(start, end);
  }

  advance(mark: EventTime, previous: EventTime): void {
    const { policy, filler } = this.context;
    const done = mark - policy.allowedLatenessUs;
    for (const pane of this.#delayed.ordered) {
      this.#stacks.takeDelayed(pane);
      this.#delayed.free(pane);
    }
    this.#delayed.ordered.length = 0;
    for (let window = this.#next(); window !== null && window.end <= done; window = this.#next()) {
      filler?.fillUpTo(window.end, previous);
      this.#tellWindow(window, previous);
      this.#pass(window.end);
    }
    filler?.fillTo(done, previous, previous);
    this.#pass(done);
    const next = this.#next();
    const event = next === null ? Infinity : next.end + policy.allowedLatenessUs;
    this.nextEvent = Math.min(event, filler?.nextEvent(policy.allowedLatenessUs) ?? Infinity);
  }

  /** Slices that only windows up to `end` cover are done with. */
  #pass(end: EventTime): void {
    if (end <= this.#passed) return;
    this.#passed = end;
    const next = end === Infinity ? null : this.context.slicing.next(end);
    this.#stacks.dropBefore(next?.start ?? Infinity);
  }

  /** The next window that holds rows. */
  #next(): WindowSpan | null {
    const oldest = this.#stacks.oldest;
    return oldest === Infinity ? null : this.context.slicing.next(Math.max(this.#passed, oldest));
  }

  #tellWindow(window: WindowSpan, previous: EventTime): void {
    const { output, filler } = this.context;
    const { store, slots, count } = this.#stacks.window(window);
    output.once(window, store, slots, count, previous);
    filler?.settle(window, store, slots, count, previous);
  }

  tell(): void {
    // Open windows are not told.
  }

  tellGroup(): void {
    // Nor are groups of them.
  }

  endBatch(): void {
    // Nor are they at the end of a batch.
  }

  openWindows(): OpenWindows {
    const oldest = this.#next();
    const newest = Math.max(this.#stacks.newest, this.#delayed.ordered.at(-1)?.start ?? -Infinity);
    if (oldest === null) return { count: 0, oldestEnd: null };
    let count = 0;
    let next: WindowSpan | null = oldest;
    for (; next !== null && next.start <= newest; next = this.context.slicing.next(next.end)) count++;
    return { count, oldestEnd: oldest.end };
  }

  snapshot(writer: StateWriter): void {
    writer.value('nextEvent', this.nextEvent);
    writer.value('passed', this.#passed);
    this.#stacks.snapshot(writer.section('stacks'));
    this.#delayed.snapshot(writer.section('delayed'));
  }

  restore(reader: StateReader): void {
    this.nextEvent = reader.value('nextEvent') as number;
    this.#passed = reader.value('passed') as number;
    this.#stacks.restore(reader.section('stacks'));
    this.#delayed.restore(reader.section('delayed'));
  }
}
