import { wideValue, type Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { GroupedInput } from '../codegen/grouped.js';
import { grownBytes, grownTimes } from './growing.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** A lane of rows that wait: it grows, and goes wide once a wide value comes. */
class WaitingLane {
  data: Lane | null = null;
  #valid: Uint8Array | null = null;

  get valid(): Uint8Array | null {
    return this.#valid;
  }

  append(from: Lane, valid: Uint8Array | null, rows: Int32Array, count: number, used: number): void {
    this.data = roomy(this.data, from, used, used + count);
    const { data } = this;
    if (data instanceof BigInt64Array)
      for (let k = 0; k < count; k++) data[used + k] = wideValue(from[rows[k]]);
    else for (let k = 0; k < count; k++) data[used + k] = from[rows[k]] as number;
    if (valid === null && this.#valid === null) return;
    let bits = this.#valid;
    if (bits === null) bits = new Uint8Array(data.length).fill(1, 0, used);
    else if (bits.length < used + count) bits = grownBytes(bits, data.length);
    for (let k = 0; k < count; k++) bits[used + k] = valid === null ? 1 : valid[rows[k]];
    this.#valid = bits;
  }

  /** Keeps these rows alone, in this order. */
  keep(rows: Int32Array, count: number): void {
    if (this.data !== null) this.data = picked(this.data, rows, count);
    if (this.#valid !== null) this.#valid = picked(this.#valid, rows, count) as Uint8Array;
  }

  snapshot(writer: StateWriter, used: number): void {
    if (this.data !== null) writer.lane('data', this.data, used);
    if (this.#valid !== null) writer.lane('valid', this.#valid, used);
  }

  restore(reader: StateReader): void {
    if (reader.has('data')) this.data = reader.lane('data');
    if (reader.has('valid')) this.#valid = reader.lane('valid') as Uint8Array;
  }
}

function roomy(data: Lane | null, like: Lane, used: number, needed: number): Lane {
  const wide = like instanceof BigInt64Array || data instanceof BigInt64Array;
  if (data !== null && data.length >= needed && wide === data instanceof BigInt64Array) return data;
  const length = Math.max(1024, 2 ** Math.ceil(Math.log2(needed)));
  if (wide) {
    const next = new BigInt64Array(length);
    if (data !== null) for (let k = 0; k < used; k++) next[k] = wideValue(data[k]);
    return next;
  }
  const next = new (like.constructor as Float64ArrayConstructor)(length);
  if (data !== null) next.set((data as Float64Array).subarray(0, used));
  return next;
}

function picked(from: Lane, rows: Int32Array, count: number): Lane {
  const to = new (from.constructor as Float64ArrayConstructor)(Math.max(16, count)) as Lane;
  for (let k = 0; k < count; k++) to[k] = from[rows[k]] as never;
  return to;
}

/**
 * Rows that wait for the watermark, in event order: what a grouped loop reads of them. Where rows may be taken back, one that goes takes the one that
 * is like it along, and rows that come at one place of the order go by their values, so that when they came makes no difference.
 */
export class WaitingRows {
  count = 0;
  /** How many rows were to be taken away that are not there. */
  unmatched = 0;
  groups = new Int32Array(256);
  times = new Float64Array(256);
  /** The rows in event order. */
  order = new Int32Array(256);
  readonly #ticks = new WaitingLane();
  readonly #args: readonly WaitingLane[];
  #isOrdered = true;
  /** Which rows take another one away, and how many do. */
  #backs: Uint8Array = new Uint8Array(0);
  #backCount = 0;
  #dictionaries: readonly (Dictionary | null)[] = [];

  constructor(
    args: number,
    /** The argument that orders rows of one event time. */
    readonly sequence: number | null,
    readonly changing = false,
  ) {
    this.#args = Array.from({ length: args }, () => new WaitingLane());
  }

  /** Takes rows of a batch. */
  append(input: GroupedInput, rows: Int32Array, count: number): void {
    const used = this.count;
    if (used + count > this.groups.length) {
      this.groups = grown(this.groups, used + count);
      this.order = grown(this.order, used + count);
      this.times = grownTimes(this.times, used + count);
    }
    for (let k = 0; k < count; k++) {
      this.groups[used + k] = input.groups[rows[k]];
      this.times[used + k] = input.times[rows[k]];
      this.order[used + k] = used + k;
    }
    if (input.ticks !== null) this.#ticks.append(input.ticks, null, rows, count, used);
    this.#dictionaries = input.dictionaries;
    if (input.kinds !== null) this.#noteBacks(input.kinds, rows, count);
    this.#args.forEach((lane, k) => lane.append(input.args[k], input.valid[k], rows, count, used));
    this.count = used + count;
    for (let k = Math.max(1, used); this.#isOrdered && k < this.count; k++) {
      if (this.#compare(this.order[k - 1], this.order[k]) > 0) this.#isOrdered = false;
    }
  }

  #noteBacks(kinds: Uint8Array, rows: Int32Array, count: number): void {
    const used = this.count;
    if (this.#backs.length < used + count) this.#backs = grownBytes(this.#backs, used + count);
    this.#backs.fill(0, used);
    for (let k = 0; k < count; k++) this.#backCount += this.#backs[used + k] = kinds[rows[k]] & 1;
  }

  /** Puts the rows in order of event time, then sequence, then arrival; where they may be taken back, values instead of that. */
  sort(): void {
    this.#sort();
    if (this.#backCount > 0) this.#cancel();
  }

  /** Takes rows out with those that take them away. One that takes away what is not there does nothing. */
  #cancel(): void {
    const left: number[] = [];
    for (let from = 0; from < this.count;) {
      let to = from + 1;
      while (to < this.count && this.#compareRows(this.order[from], this.order[to]) === 0) to++;
      const alike = Array.from(this.order.subarray(from, to));
      const there = alike.filter(row => row >= this.#backs.length || this.#backs[row] === 0);
      const going = alike.length - there.length;
      this.unmatched += Math.max(0, going - there.length);
      left.push(...there.slice(going));
      from = to;
    }
    this.#backs = new Uint8Array(0);
    this.#backCount = 0;
    this.#keep(Int32Array.from(left));
  }

  #sort(): void {
    if (this.#isOrdered) return;
    // Arrays sort what is nearly in order faster than typed arrays do.
    const order = Array.from(this.order.subarray(0, this.count));
    this.order.set(order.sort((a, b) => this.#compare(a, b)));
    this.#isOrdered = true;
  }

  /** Below 0 where a row comes before another. */
  #compare(a: number, b: number): number {
    return this.#compareRows(a, b) || a - b;
  }

  /** 0 where two rows are alike: in their places, and where they may be taken back in all that is known of them. */
  #compareRows(a: number, b: number): number {
    if (this.times[a] !== this.times[b]) return this.times[a] - this.times[b];
    const placed = compareAt(this.#ticks.data, a, b) || this.#compareSequence(a, b);
    return placed !== 0 || !this.changing
      ? placed
      : this.groups[a] - this.groups[b] || this.#compareValues(a, b);
  }

  #compareValues(a: number, b: number): number {
    for (let k = 0; k < this.#args.length; k++) {
      const { data, valid } = this.#args[k];
      if (data === null) continue;
      const isThere = valid === null || valid[a] !== 0;
      const order =
        valid !== null && valid[a] !== valid[b]
          ? valid[a] - valid[b]
          : isThere
            ? compareValue(data, this.#dictionaries[k] ?? null, a, b)
            : 0;
      if (order !== 0) return order;
    }
    return 0;
  }

  #compareSequence(a: number, b: number): number {
    if (this.sequence === null) return 0;
    return compareAt(this.#args[this.sequence].data, a, b);
  }

  /** Forgets the first rows in order, so many. */
  drop(gone: number): void {
    if (gone > 0) this.#keep(this.order.subarray(gone, this.count));
  }

  /** Keeps these rows alone, which are in order. */
  #keep(kept: Int32Array): void {
    const count = kept.length;
    // The rest stays in order of arrival, which settles ties.
    const rest = kept.slice().sort();
    const places = new Int32Array(this.count);
    for (let k = 0; k < count; k++) places[rest[k]] = k;
    const order = new Int32Array(Math.max(16, count));
    for (let k = 0; k < count; k++) order[k] = places[kept[k]];
    this.groups = picked(this.groups, rest, count) as Int32Array<ArrayBuffer>;
    this.times = picked(this.times, rest, count) as Float64Array<ArrayBuffer>;
    this.order = order;
    this.#ticks.keep(rest, count);
    for (const lane of this.#args) lane.keep(rest, count);
    this.count = count;
  }

  /** The rows as a grouped loop reads them. */
  input(like: Pick<GroupedInput, 'dictionaries'>): GroupedInput {
    return {
      groups: this.groups,
      times: this.times,
      timeValid: null,
      ticks: this.#ticks.data,
      marks: this.times,
      before: 0,
      kinds: null,
      args: this.#args.map(lane => lane.data ?? new Float64Array(0)),
      valid: this.#args.map(lane => lane.valid),
      dictionaries: like.dictionaries,
    };
  }

  bytes(): number {
    const lanes = this.#args.reduce((total, { data }) => total + (data?.byteLength ?? 0), 0);
    return lanes + this.groups.byteLength * 2 + this.times.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.value('ordered', this.#isOrdered);
    writer.lane('groups', this.groups, this.count);
    writer.lane('times', this.times, this.count);
    writer.lane('order', this.order, this.count);
    this.#ticks.snapshot(writer.section('ticks'), this.count);
    this.#args.forEach((lane, k) => lane.snapshot(writer.section(`${k}`), this.count));
  }

  restore(reader: StateReader): void {
    this.#isOrdered = reader.value('ordered') === true;
    this.groups = reader.lane('groups') as Int32Array<ArrayBuffer>;
    this.times = reader.lane('times') as Float64Array<ArrayBuffer>;
    this.order = reader.lane('order') as Int32Array<ArrayBuffer>;
    this.count = this.groups.length;
    this.#ticks.restore(reader.section('ticks'));
    this.#args.forEach((lane, k) => lane.restore(reader.section(`${k}`)));
  }
}

function compareAt(data: Lane | null, a: number, b: number): number {
  if (data === null || data[a] === data[b]) return 0;
  return data[a] < data[b] ? -1 : 1;
}

/** The order of two values; strings by their text, whenever they came, and NaN behind all numbers. */
function compareValue(data: Lane, dictionary: Dictionary | null, a: number, b: number): number {
  const [x, y] = [data[a], data[b]];
  if (x === y) return 0;
  if (dictionary !== null) {
    const [text, other] = [dictionary.at(x as number), dictionary.at(y as number)];
    return text < other ? -1 : 1;
  }
  if (x < y) return -1;
  if (x > y) return 1;
  return Number(y === y) - Number(x === x);
}
