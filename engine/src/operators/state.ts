import type { Lane } from '../columns/column.js';
import type { StateArray } from '../codegen/groupedShape.js';
import { isCell, wideInit } from '../codegen/stateText.js';
import type { PlainValue, StateLane } from '../functions/aggregate/define.js';
import type { ToldValues } from './toldValues.js';
import { SnapshotError, type StateReader, type StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/**
 * The state of groups, by slot. Numbers are cells of one array, those of a slot side by side, so that a group is found once and lies together;
 * objects, and int64 once they are BigInts, have arrays of their own. Slots that are released are used again, so memory follows what is alive.
 */
export class StateStore {
  cells: Float64Array;
  lanes: StateArray[];
  /** When a slot was last touched, by the caller's count. */
  stamps: Int32Array;
  /** The group number of a slot. */
  groups: Int32Array;
  /** Whether a slot's value has been emitted. */
  emitted: Uint8Array;
  /** Whether a slot was changed after its window had closed, since its last emission. */
  revised: Uint8Array;
  wide = false;
  #capacity = 256;
  #used = 0;
  #free = new Int32Array(256);
  #freeCount = 0;
  /** The cells of an empty group. */
  #empty: Float64Array;
  /** The lanes that have arrays of their own. */
  #own: readonly number[];

  constructor(
    private layout: readonly StateLane[],
    /** What was last emitted of each slot, where it may have to be taken back. */
    readonly told: ToldValues | null,
  ) {
    this.#own = ownLanes(layout, false);
    this.#empty = emptyCells(layout);
    this.cells = new Float64Array(this.#capacity * this.#empty.length);
    this.lanes = layout.map((_, k) => this.#lane(k, this.#capacity));
    told?.grow(this.#capacity);
    this.stamps = new Int32Array(this.#capacity);
    this.groups = new Int32Array(this.#capacity);
    this.emitted = new Uint8Array(this.#capacity);
    this.revised = new Uint8Array(this.#capacity);
  }

  /** A lane's own array; an empty one where it lies in the cells. */
  #lane(k: number, length: number): StateArray {
    if (!this.#own.includes(k)) return NONE;
    return this.layout[k].lane === 'object'
      ? new Array<object | null>(length).fill(null)
      : new BigInt64Array(length);
  }

  /** How many slots there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Slots in use. */
  get live(): number {
    return this.#used - this.#freeCount;
  }

  /** How many rows a slot has, where they may be taken back: their count is then the first lane. */
  rows(slot: number): number {
    return this.cells[slot * this.#empty.length];
  }

  bytes(): number {
    const lanes = this.lanes.reduce((total, lane) => total + bytesOf(lane), this.cells.byteLength);
    return lanes + (this.told?.bytes() ?? 0) + this.#capacity * 10;
  }

  /** Makes room for so many more slots, so that loops may hold on to the arrays. */
  reserve(count: number): void {
    const needed = this.live + count;
    if (needed > this.#capacity) this.#resize(2 ** Math.ceil(Math.log2(needed)));
  }

  /** A slot for a group, in its empty state. */
  allocate(group: number): number {
    const slot = this.claim(group);
    this.reset(slot);
    return slot;
  }

  /** A slot for a group, whose numbers the caller empties. */
  open(group: number): number {
    const slot = this.claim(group);
    if (this.#own.length > 0) for (const k of this.#own) this.#resetOwn(k, slot);
    return slot;
  }

  /** A slot for a group, whose state the caller writes whole. */
  claim(group: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.#used++;
    if (slot === this.#capacity) this.#grow();
    this.groups[slot] = group;
    this.stamps[slot] = this.emitted[slot] = this.revised[slot] = 0;
    return slot;
  }

  /** Empties a slot's state. */
  reset(slot: number): void {
    const { cells } = this;
    const empty = this.#empty;
    const at = slot * empty.length;
    for (let k = 0; k < empty.length; k++) cells[at + k] = empty[k];
    for (const k of this.#own) this.#resetOwn(k, slot);
  }

  /** Gives a slot the state of another one. */
  copy(from: number, to: number): void {
    const stride = this.#empty.length;
    this.cells.copyWithin(to * stride, from * stride, (from + 1) * stride);
    for (const k of this.#own) this.lanes[k][to] = goOn(this.layout[k], this.lanes[k][from], true) as never;
  }

  #resetOwn(k: number, slot: number): void {
    const lane = this.layout[k];
    this.lanes[k][slot] = (lane.lane === 'object' ? lane.create() : wideInit(lane.init)) as never;
  }

  /** Empties what a loop that takes these slots does not: objects, and what was noted of the slots. */
  prepare(slots: Int32Array, count: number): void {
    for (const k of this.#own) {
      if (this.layout[k].lane === 'object') for (let i = 0; i < count; i++) this.#resetOwn(k, slots[i]);
    }
    // Where nothing is told before the end, nothing is noted.
    if (this.told === null) return;
    const { stamps, emitted, revised } = this;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      stamps[slot] = emitted[slot] = revised[slot] = 0;
    }
  }

  /** Gives a slot back. */
  release(slot: number): void {
    for (const k of this.#own) if (this.layout[k].lane === 'object') this.lanes[k][slot] = null as never;
    if (this.#freeCount === this.#free.length) this.#free = grown(this.#free, this.#freeCount + 1);
    this.#free[this.#freeCount++] = slot;
  }

  /** Gives many slots back. */
  releaseAll(slots: Int32Array, count: number): void {
    for (const k of this.#own) {
      if (this.layout[k].lane === 'object')
        for (let i = 0; i < count; i++) this.lanes[k][slots[i]] = null as never;
    }
    if (this.#freeCount + count > this.#free.length) this.#free = grown(this.#free, this.#freeCount + count);
    const free = this.#free;
    // Last in, first out: the next window then fills the slots in the order in which this one did.
    for (let i = count - 1, at = this.#freeCount; i >= 0; i--) free[at++] = slots[i];
    this.#freeCount += count;
  }

  /** Notes that these slots' values have been emitted. */
  settle(slots: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      this.emitted[slots[i]] = 1;
      this.revised[slots[i]] = 0;
    }
  }

  /** Keeps the state of these slots alone, ascending: they come to be the first ones, and each the group of its number. */
  keepOnly(slots: Int32Array): void {
    const count = slots.length;
    const stride = this.#empty.length;
    const { cells, lanes } = this;
    this.#capacity = 256;
    while (this.#capacity < count) this.#capacity *= 2;
    this.#used = count;
    this.#free = new Int32Array(256);
    this.#freeCount = 0;
    this.cells = new Float64Array(this.#capacity * stride);
    for (let slot = 0; slot < count; slot++)
      for (let k = 0; k < stride; k++) this.cells[slot * stride + k] = cells[slots[slot] * stride + k];
    this.lanes = lanes.map((_, k) => this.#lane(k, this.#capacity));
    for (const k of this.#own)
      for (let slot = 0; slot < count; slot++) this.lanes[k][slot] = lanes[k][slots[slot]] as never;
    this.stamps = new Int32Array(this.#capacity);
    this.groups = Int32Array.from({ length: this.#capacity }, (_, slot) => (slot < count ? slot : 0));
    this.emitted = new Uint8Array(this.#capacity);
    this.revised = new Uint8Array(this.#capacity);
  }

  /** Goes on with int64 lanes as BigInts. */
  widen(): void {
    if (this.wide) return;
    this.wide = true;
    this.#own = ownLanes(this.layout, true);
    const stride = this.#empty.length;
    this.layout.forEach((lane, k) => {
      if (lane.lane !== 'int64') return;
      const wide = new BigInt64Array(this.#capacity);
      for (let slot = 0; slot < this.#used; slot++) wide[slot] = wideInit(this.cells[slot * stride + k]);
      this.lanes[k] = wide;
    });
  }

  /** Goes on with another layout, each of whose lanes goes on from one of this one's, or is empty. */
  relayout(layout: readonly StateLane[], sources: Int32Array): void {
    const before = { cells: this.cells, lanes: this.lanes, stride: this.#empty.length };
    this.layout = layout;
    this.#own = ownLanes(layout, this.wide);
    this.#empty = emptyCells(layout);
    const stride = this.#empty.length;
    this.cells = new Float64Array(this.#capacity * stride);
    this.lanes = layout.map((_, k) => this.#lane(k, this.#capacity));
    const taken = new Set<number>();
    sources.forEach((source, k) => {
      const lane = layout[k];
      for (let slot = 0; slot < this.#used; slot++) {
        if (isCell(lane, this.wide))
          this.cells[slot * stride + k] =
            source < 0 ? this.#empty[k] : before.cells[slot * before.stride + source];
        else if (source < 0) this.#resetOwn(k, slot);
        else this.lanes[k][slot] = goOn(lane, before.lanes[source][slot], taken.has(source)) as never;
      }
      taken.add(source);
    });
  }

  /** Writes the state; `free` slots hold what was last in them. */
  snapshot(writer: StateWriter): void {
    const used = this.#used;
    writer.value('wide', this.wide);
    writer.value('layout', layoutText(this.layout));
    writer.lane('free', this.#free, this.#freeCount);
    writer.lane('stamps', this.stamps, used);
    writer.lane('groups', this.groups, used);
    writer.lane('emitted', this.emitted, used);
    writer.lane('revised', this.revised, used);
    writer.lane('cells', this.cells, used * this.#empty.length);
    this.#snapshotOwn(writer.section('lanes'));
    this.told?.snapshot(writer.section('told'), used);
  }

  #snapshotOwn(writer: StateWriter): void {
    for (const k of this.#own) {
      const lane = this.layout[k];
      const array = this.lanes[k];
      if (lane.lane !== 'object') writer.lane(`${k}`, array as Lane, this.#used);
      else {
        const objects = (array as readonly (object | null)[]).slice(0, this.#used);
        writer.value(
          `${k}`,
          objects.map(value => (value === null ? null : [lane.encode(value)])),
        );
      }
    }
  }

  /** Takes a snapshot's state; the store must be new. */
  restore(reader: StateReader): void {
    const layout = layoutText(this.layout);
    if (reader.value('layout') !== layout) {
      throw new SnapshotError(
        'MR3404',
        `The snapshot holds the state ${String(reader.value('layout'))}, and this query needs ${layout}.`,
        'Replay its source from the start.',
      );
    }
    if (reader.value('wide') === true) this.widen();
    const stamps = reader.lane('stamps');
    if (this.#capacity < stamps.length) this.#resize(2 ** Math.ceil(Math.log2(stamps.length)));
    this.#used = stamps.length;
    const free = reader.lane('free') as Int32Array;
    this.#freeCount = free.length;
    this.#free = grown(free, 256);
    this.stamps.set(stamps as Int32Array);
    this.groups.set(reader.lane('groups') as Int32Array);
    this.emitted.set(reader.lane('emitted') as Uint8Array);
    this.revised.set(reader.lane('revised') as Uint8Array);
    this.cells.set(reader.lane('cells') as Float64Array);
    this.#restoreOwn(reader.section('lanes'));
    this.told?.restore(reader.section('told'));
  }

  #restoreOwn(reader: StateReader): void {
    for (const k of this.#own) {
      const lane = this.layout[k];
      const array = this.lanes[k];
      if (lane.lane !== 'object') (array as BigInt64Array).set(reader.lane(`${k}`) as BigInt64Array);
      else {
        const objects = reader.value(`${k}`) as readonly (readonly [PlainValue] | null)[];
        objects.forEach(
          (value, slot) => (array[slot] = (value === null ? null : lane.decode(value[0])) as never),
        );
      }
    }
  }

  #grow(): void {
    this.#resize(this.#capacity * 2);
  }

  #resize(capacity: number): void {
    this.#capacity = capacity;
    const cells = new Float64Array(capacity * this.#empty.length);
    cells.set(this.cells);
    this.cells = cells;
    for (const k of this.#own) {
      const next = this.#lane(k, capacity);
      const lane = this.lanes[k];
      if (Array.isArray(next)) (lane as (object | null)[]).forEach((value, slot) => (next[slot] = value));
      else (next as BigInt64Array).set(lane as BigInt64Array);
      this.lanes[k] = next;
    }
    this.told?.grow(capacity);
    this.stamps = grownTo(this.stamps, new Int32Array(capacity));
    this.groups = grownTo(this.groups, new Int32Array(capacity));
    this.emitted = grownTo(this.emitted, new Uint8Array(capacity));
    this.revised = grownTo(this.revised, new Uint8Array(capacity));
  }
}

/** What stands in place of a lane that lies in the cells. */
const NONE = new Float64Array(0);

function grownTo<Array extends Int32Array | Uint8Array>(from: Array, to: Array): Array {
  to.set(from);
  return to;
}

function ownLanes(layout: readonly StateLane[], wide: boolean): number[] {
  return [...layout.keys()].filter(k => !isCell(layout[k], wide));
}

/** The cells of an empty group: at least one. */
function emptyCells(layout: readonly StateLane[]): Float64Array {
  const cells = layout.map(lane => (lane.lane === 'object' ? 0 : lane.init));
  return Float64Array.from(cells.length === 0 ? [0] : cells);
}

/** What a lane goes on with: an object that another lane goes on with already is copied. */
function goOn(lane: StateLane, value: number | bigint | object | null, isTaken: boolean): typeof value {
  return lane.lane === 'object' && isTaken && value !== null
    ? lane.decode(lane.encode(value as object))
    : value;
}

/** What a state is made of, in a snapshot: one that says otherwise is of another plan or version. */
function layoutText(layout: readonly StateLane[]): string {
  return layout.map(({ name, lane }) => `${name}:${lane}`).join(' ');
}

/** Objects count roughly, as so many bytes each. */
const OBJECT_BYTES = 64;

function bytesOf(lane: StateArray): number {
  return Array.isArray(lane) ? lane.length * OBJECT_BYTES : lane.byteLength;
}
