import type { Lane } from '../columns/column.js';
import type { StateArray } from '../codegen/groupedShape.js';
import type { ObjectLane, PlainValue, StateLane, ValueLane } from '../functions/aggregate/define.js';
import type { ToldValues } from './toldValues.js';
import { SnapshotError, type StateReader, type StateWriter } from './snapshot.js';

const WIDE_MAX = (1n << 63n) - 1n;
const WIDE_MIN = -(1n << 63n);

/**
 * The state of groups as typed arrays, one element a slot, grown by doubling. Slots that are released are used again, so memory
 * follows what is alive.
 */
export class StateStore {
  lanes: StateArray[];
  /** Rises when arrays were replaced: loops load them anew. */
  version = 0;
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
  #free: number[] = [];
  readonly #objects: readonly (readonly [number, ObjectLane])[];

  constructor(
    readonly layout: readonly StateLane[],
    /** What was last emitted of each slot, where it may have to be taken back. */
    readonly told: ToldValues | null,
  ) {
    this.#objects = layout.flatMap((lane, k) => (lane.lane === 'object' ? [[k, lane] as const] : []));
    this.lanes = layout.map(lane => this.#lane(lane, this.#capacity));
    told?.grow(this.#capacity);
    this.stamps = new Int32Array(this.#capacity);
    this.groups = new Int32Array(this.#capacity);
    this.emitted = new Uint8Array(this.#capacity);
    this.revised = new Uint8Array(this.#capacity);
    for (let k = 0; k < layout.length; k++) {
      if (layout[k].lane !== 'object') this.lanes[k].fill(this.#init(k) as never);
    }
  }

  #lane(lane: StateLane, length: number): StateArray {
    switch (lane.lane) {
      case 'object':
        return new Array<object | null>(length).fill(null);
      case 'float64':
        return new Float64Array(length);
      case 'int64':
        return this.wide ? new BigInt64Array(length) : new Float64Array(length);
      case 'uint8':
        return new Uint8Array(length);
      case 'int32':
      case 'string':
        return new Int32Array(length);
    }
  }

  /** The value of an empty group in a lane, infinities as far as the lane goes. */
  #init(k: number): number | bigint {
    const { lane, init } = this.layout[k] as ValueLane;
    switch (lane) {
      case 'int64':
        if (!this.wide) return init;
        return init === Infinity ? WIDE_MAX : init === -Infinity ? WIDE_MIN : BigInt(init);
      case 'int32':
        return init === Infinity ? 0x7fffffff : init === -Infinity ? -0x80000000 : init;
      case 'uint8':
        return init === Infinity ? 255 : init === -Infinity ? 0 : init;
      default:
        return init;
    }
  }

  /** How many slots there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Slots in use. */
  get live(): number {
    return this.#used - this.#free.length;
  }

  bytes(): number {
    const lanes = this.lanes.reduce((total, lane) => total + bytesOf(lane), 0);
    return lanes + (this.told?.bytes() ?? 0) + this.#capacity * 10;
  }

  /** A slot for a group, in its empty state. */
  allocate(group: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot === this.#capacity) this.#grow();
    this.groups[slot] = group;
    for (const [k, lane] of this.#objects) this.lanes[k][slot] = lane.create() as never;
    return slot;
  }

  /** Gives a slot back, emptied. */
  release(slot: number): void {
    this.reset(slot);
    for (const [k] of this.#objects) this.lanes[k][slot] = null as never;
    this.stamps[slot] = 0;
    this.emitted[slot] = 0;
    this.revised[slot] = 0;
    this.#free.push(slot);
  }

  /** Empties a slot's state. */
  reset(slot: number): void {
    for (let k = 0; k < this.lanes.length; k++) {
      const lane = this.layout[k];
      this.lanes[k][slot] = (lane.lane === 'object' ? lane.create() : this.#init(k)) as never;
    }
  }

  /** Empties many slots, as if they had just been allocated. */
  resetAll(slots: Int32Array, count: number): void {
    const from = runOf(slots, count);
    for (let k = 0; k < this.lanes.length; k++) {
      const lane = this.layout[k];
      if (lane.lane === 'object') {
        for (let i = 0; i < count; i++) this.lanes[k][slots[i]] = lane.create() as never;
      } else if (from >= 0) this.lanes[k].fill(this.#init(k) as never, from, from + count);
      else resetLane(this.lanes[k] as Lane, this.#init(k), slots, count);
    }
    if (from >= 0) {
      for (const array of [this.stamps, this.emitted, this.revised]) array.fill(0, from, from + count);
      return;
    }
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      this.stamps[slot] = this.emitted[slot] = this.revised[slot] = 0;
    }
  }

  /** Gives many slots back: emptied, unless whoever gets them next writes all of their state. */
  releaseAll(slots: Int32Array, count: number, emptied = true): void {
    if (emptied) this.resetAll(slots, count);
    for (const [k] of this.#objects) for (let i = 0; i < count; i++) this.lanes[k][slots[i]] = null as never;
    for (let i = 0; i < count; i++) this.#free.push(slots[i]);
  }

  /** Notes that these slots' values have been emitted. */
  settle(slots: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      this.emitted[slots[i]] = 1;
      this.revised[slots[i]] = 0;
    }
  }

  /** Goes on with int64 lanes as BigInts. */
  widen(): void {
    if (this.wide) return;
    this.wide = true;
    this.version++;
    for (let k = 0; k < this.layout.length; k++) {
      if (this.layout[k].lane !== 'int64') continue;
      this.lanes[k] = widened(this.lanes[k] as Lane);
    }
  }

  snapshot(writer: StateWriter): void {
    const used = this.#used;
    writer.value('wide', this.wide);
    writer.value('layout', layoutText(this.layout));
    writer.lane('free', Int32Array.from(this.#free));
    writer.lane('stamps', this.stamps, used);
    writer.lane('groups', this.groups, used);
    writer.lane('emitted', this.emitted, used);
    writer.lane('revised', this.revised, used);
    this.#snapshotLanes(writer.section('lanes'), this.lanes);
    this.told?.snapshot(writer.section('told'), used);
  }

  #snapshotLanes(writer: StateWriter, lanes: readonly StateArray[]): void {
    this.layout.forEach((lane, k) => {
      const array = lanes[k];
      if (lane.lane !== 'object') writer.lane(`${k}`, array as Lane, this.#used);
      else {
        const objects = (array as readonly (object | null)[]).slice(0, this.#used);
        writer.value(
          `${k}`,
          objects.map(value => (value === null ? null : [lane.encode(value)])),
        );
      }
    });
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
    while (this.#capacity < stamps.length) this.#grow();
    this.#used = stamps.length;
    this.#free = Array.from(reader.lane('free') as Int32Array);
    this.stamps.set(stamps as Int32Array);
    this.groups.set(reader.lane('groups') as Int32Array);
    this.emitted.set(reader.lane('emitted') as Uint8Array);
    this.revised.set(reader.lane('revised') as Uint8Array);
    this.#restoreLanes(reader.section('lanes'), this.lanes);
    this.told?.restore(reader.section('told'));
    this.version++;
  }

  #restoreLanes(reader: StateReader, lanes: readonly StateArray[]): void {
    this.layout.forEach((lane, k) => {
      const array = lanes[k];
      if (lane.lane !== 'object') (array as Float64Array).set(reader.lane(`${k}`) as Float64Array);
      else {
        const objects = reader.value(`${k}`) as readonly (readonly [PlainValue] | null)[];
        objects.forEach(
          (value, slot) => (array[slot] = (value === null ? null : lane.decode(value[0])) as never),
        );
      }
    });
  }

  #grow(): void {
    const used = this.#capacity;
    this.#capacity *= 2;
    this.version++;
    const copy = (lane: StateArray, k: number): StateArray => {
      const next = this.#lane(this.layout[k], this.#capacity);
      if (Array.isArray(next)) lane.forEach((value, slot) => (next[slot] = value as object | null));
      else (next as Float64Array).set(lane as Float64Array);
      return next;
    };
    this.lanes = this.lanes.map((lane, k) => {
      const next = copy(lane, k);
      if (this.layout[k].lane !== 'object') next.fill(this.#init(k) as never, used);
      return next;
    });
    this.told?.grow(this.#capacity);
    const stamps = new Int32Array(this.#capacity);
    stamps.set(this.stamps);
    this.stamps = stamps;
    const groups = new Int32Array(this.#capacity);
    groups.set(this.groups);
    this.groups = groups;
    const emitted = new Uint8Array(this.#capacity);
    emitted.set(this.emitted);
    this.emitted = emitted;
    const revised = new Uint8Array(this.#capacity);
    revised.set(this.revised);
    this.revised = revised;
  }
}

/** What a state is made of, in a snapshot: one that says otherwise is of another plan or version. */
function layoutText(layout: readonly StateLane[]): string {
  return layout.map(({ name, lane }) => `${name}:${lane}`).join(' ');
}

/**
 * Where distinct slots begin that lie next to each other, in any order; -1 where they do not. Those of a window mostly do, since what the
 * window before gave back is used again.
 */
function runOf(slots: Int32Array, count: number): number {
  if (count === 0) return -1;
  let least = slots[0];
  let greatest = slots[0];
  for (let i = 1; i < count; i++) {
    const slot = slots[i];
    if (slot < least) least = slot;
    else if (slot > greatest) greatest = slot;
  }
  return greatest - least + 1 === count ? least : -1;
}

/** A loop for each kind of array keeps each of them fast. */
function resetLane(lane: Lane, init: number | bigint, slots: Int32Array, count: number): void {
  if (lane instanceof Float64Array) for (let i = 0; i < count; i++) lane[slots[i]] = init as number;
  else if (lane instanceof Int32Array) for (let i = 0; i < count; i++) lane[slots[i]] = init as number;
  else if (lane instanceof Uint8Array) for (let i = 0; i < count; i++) lane[slots[i]] = init as number;
  else for (let i = 0; i < count; i++) lane[slots[i]] = init as bigint;
}

function widened(lane: Lane): BigInt64Array {
  return BigInt64Array.from(lane as Float64Array, value => {
    const number = Number(value);
    if (number === Infinity) return WIDE_MAX;
    return number === -Infinity ? WIDE_MIN : BigInt(number);
  });
}

/** Objects count roughly, as so many bytes each. */
const OBJECT_BYTES = 64;

function bytesOf(lane: StateArray): number {
  return Array.isArray(lane) ? lane.length * OBJECT_BYTES : lane.byteLength;
}
