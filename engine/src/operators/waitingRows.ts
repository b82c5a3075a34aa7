import { wideValue, type Lane } from '../columns/column.js';
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

/** Rows that wait for the watermark, in event order: what a grouped loop reads of them. */
export class WaitingRows {
  count = 0;
  groups = new Int32Array(256);
  times = new Float64Array(256);
  /** The rows in event order. */
  order = new Int32Array(256);
  readonly #ticks = new WaitingLane();
  readonly #args: readonly WaitingLane[];
  #isOrdered = true;

  constructor(
    args: number,
    /** The argument that orders rows of one event time. */
    readonly sequence: number | null,
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
    this.#args.forEach((lane, k) => lane.append(input.args[k], input.valid[k], rows, count, used));
    this.count = used + count;
    for (let k = Math.max(1, used); this.#isOrdered && k < this.count; k++) {
      if (this.#compare(this.order[k - 1], this.order[k]) > 0) this.#isOrdered = false;
    }
  }

  /** Puts the rows in order of event time, then sequence, then arrival. */
  sort(): void {
    if (this.#isOrdered) return;
    // Arrays sort what is nearly in order faster than typed arrays do.
    const order = Array.from(this.order.subarray(0, this.count));
    this.order.set(order.sort((a, b) => this.#compare(a, b)));
    this.#isOrdered = true;
  }

  /** Below 0 where a row comes before another. */
  #compare(a: number, b: number): number {
    if (this.times[a] !== this.times[b]) return this.times[a] - this.times[b];
    return compareAt(this.#ticks.data, a, b) || this.#compareSequence(a, b) || a - b;
  }

  #compareSequence(a: number, b: number): number {
    if (this.sequence === null) return 0;
    return compareAt(this.#args[this.sequence].data, a, b);
  }

  /** Forgets the first rows in order, so many. */
  drop(gone: number): void {
    if (gone === 0) return;
    const count = this.count - gone;
    // The rest stays in order of arrival, which settles ties.
    const rest = this.order.slice(gone, this.count).sort();
    const places = new Int32Array(this.count);
    for (let k = 0; k < count; k++) places[rest[k]] = k;
    const order = new Int32Array(Math.max(16, count));
    for (let k = 0; k < count; k++) order[k] = places[this.order[gone + k]];
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
