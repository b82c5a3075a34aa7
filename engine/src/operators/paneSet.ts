import type { Renumbering } from './groupCensus.js';
import { Pane } from './pane.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';

/** Spare panes that are kept for the next windows. */
const SPARE_PANES = 64;

/** The live panes, found by their end and ordered by it. Panes that are freed are used again. */
export class PaneSet {
  readonly #byEnd = new Map<number, Pane>();
  readonly ordered: Pane[] = [];
  readonly #spare: Pane[] = [];

  constructor(readonly store: StateStore) {}

  get(end: number): Pane | undefined {
    return this.#byEnd.get(end);
  }

  /** Makes the pane of an end that has none. */
  open(start: number, end: number): Pane {
    const pane = this.#spare.pop() ?? new Pane();
    pane.start = start;
    pane.end = end;
    this.#byEnd.set(end, pane);
    let at = this.ordered.length;
    while (at > 0 && this.ordered[at - 1].end > end) at--;
    this.ordered.splice(at, 0, pane);
    return pane;
  }

  /** Frees a pane's slots; the caller takes it out of `ordered`. */
  free(pane: Pane): void {
    this.#byEnd.delete(pane.end);
    const { count, slots } = pane;
    pane.clear(this.store.groups);
    this.store.releaseAll(slots, count);
    if (this.#spare.length < SPARE_PANES) this.#spare.push(pane);
  }

  /** Marks the groups that live panes hold. */
  markGroups(holds: Uint8Array): void {
    const { groups } = this.store;
    for (const { slots, count } of this.ordered) for (let i = 0; i < count; i++) holds[groups[slots[i]]] = 1;
  }

  /** Numbers groups anew in every live pane. */
  renumber({ numberOf }: Renumbering): void {
    const { groups } = this.store;
    // Spare panes have room by the old numbers.
    this.#spare.length = 0;
    for (const pane of this.ordered) {
      const { slots, count } = pane;
      for (let i = 0; i < count; i++) groups[slots[i]] = numberOf[groups[slots[i]]];
      pane.renumber(groups);
    }
  }

  /** The panes with the slots that each holds; the state of these is the store's. */
  snapshot(writer: StateWriter): void {
    const { ordered } = this;
    writer.lane(
      'starts',
      Float64Array.from(ordered, pane => pane.start),
    );
    writer.lane(
      'ends',
      Float64Array.from(ordered, pane => pane.end),
    );
    writer.lane(
      'closed',
      Uint8Array.from(ordered, pane => Number(pane.closed)),
    );
    writer.lane(
      'counts',
      Int32Array.from(ordered, pane => pane.count),
    );
    writer.lane(
      'touchedCounts',
      Int32Array.from(ordered, pane => pane.touchedCount),
    );
    writer.lane('slots', joined(ordered.map(pane => pane.slots.subarray(0, pane.count))));
    writer.lane('touched', joined(ordered.map(pane => pane.touched.subarray(0, pane.touchedCount))));
  }

  restore(reader: StateReader): void {
    const starts = reader.lane('starts') as Float64Array;
    const ends = reader.lane('ends') as Float64Array;
    const closed = reader.lane('closed');
    const counts = reader.lane('counts') as Int32Array;
    const slots = reader.lane('slots') as Int32Array;
    const touchedCounts = reader.lane('touchedCounts') as Int32Array;
    const touched = reader.lane('touched') as Int32Array;
    let at = 0;
    let touchedAt = 0;
    for (let k = 0; k < starts.length; k++) {
      const pane = this.open(starts[k], ends[k]);
      pane.closed = closed[k] === 1;
      pane.reserve(counts[k]);
      for (const end = at + counts[k]; at < end; at++) pane.add(this.store.groups[slots[at]], slots[at]);
      for (const end = touchedAt + touchedCounts[k]; touchedAt < end; touchedAt++)
        pane.touch(touched[touchedAt]);
    }
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
