import { Pane } from './pane.js';
import type { StateStore } from './state.js';

/** Spare panes that are kept for the next windows. */
const SPARE_PANES = 64;

/** The live panes, found by their start and ordered by it. Panes that are freed are used again. */
export class PaneSet {
  readonly #byStart = new Map<number, Pane>();
  readonly ordered: Pane[] = [];
  readonly #spare: Pane[] = [];

  constructor(readonly store: StateStore) {}

  get(start: number): Pane | undefined {
    return this.#byStart.get(start);
  }

  /** Makes the pane of a start that has none. */
  open(start: number, end: number): Pane {
    const pane = this.#spare.pop() ?? new Pane();
    pane.start = start;
    pane.end = end;
    this.#byStart.set(start, pane);
    let at = this.ordered.length;
    while (at > 0 && this.ordered[at - 1].start > start) at--;
    this.ordered.splice(at, 0, pane);
    return pane;
  }

  /** Frees a pane's slots; the caller takes it out of `ordered`. */
  free(pane: Pane): void {
    this.#byStart.delete(pane.start);
    const { count, slots } = pane;
    pane.clear(this.store.groups);
    for (let i = 0; i < count; i++) this.store.release(slots[i]);
    if (this.#spare.length < SPARE_PANES) this.#spare.push(pane);
  }

  /** Adds the groups that live panes hold. */
  collectGroups(into: Set<number>): void {
    for (const pane of this.ordered) {
      for (let i = 0; i < pane.count; i++) into.add(this.store.groups[pane.slots[i]]);
    }
  }

  /** Numbers groups anew in every live pane. */
  renumber(numbers: ReadonlyMap<number, number>): void {
    this.#spare.length = 0;
    for (const pane of this.ordered) {
      for (let i = 0; i < pane.count; i++) {
        const slot = pane.slots[i];
        this.store.groups[slot] = numbers.get(this.store.groups[slot]) as number;
      }
      pane.renumber(this.store.groups);
    }
  }
}
