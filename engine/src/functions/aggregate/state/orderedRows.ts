import type { Dictionary } from '../../../columns/dictionary.js';
import type { PlainValue } from '../define.js';
import { compareHeld, type HeldValue } from './held.js';

/** A run of rows in order. */
interface Chunk {
  readonly times: HeldValue[];
  readonly sequences: HeldValue[];
  readonly values: HeldValue[];
}

/** A row in its place. */
export interface OrderedRow {
  readonly time: HeldValue;
  readonly sequence: HeldValue;
  readonly value: HeldValue;
}

/** So many rows a chunk at most. */
const CHUNK = 512;

/**
 * Rows in event order, whatever the order in which they come: by time, then sequence, then arrival. Where rows are taken back, their values
 * decide instead of their arrival: a row that is taken back is known by its value, not by when it came. A row in order is
 * appended; any other costs a binary search and the shift of half a chunk.
 */
export class OrderedRows {
  readonly #chunks: Chunk[] = [];
  #size = 0;

  /** @param byValue whether values, not arrival, order rows of one time and sequence */
  constructor(readonly byValue: boolean) {}

  get size(): number {
    return this.#size;
  }

  /** Puts a row in its place. `dictionary` is that of string values, here and below. */
  add(time: HeldValue, sequence: HeldValue, value: HeldValue, dictionary: Dictionary | null): void {
    const { before, after } = this.#put({ time, sequence, value }, dictionary);
    this.placed(before, { time, sequence, value }, after);
  }

  /** Takes a row out, if it is there. */
  remove(time: HeldValue, sequence: HeldValue, value: HeldValue, dictionary: Dictionary | null): void {
    const row = { time, sequence, value };
    const at = this.#chunkOf(row, dictionary, false);
    const chunk = this.#chunks.at(at);
    if (chunk === undefined) return;
    const position = this.#positionIn(chunk, row, dictionary, false);
    if (position === chunk.times.length || this.#compare(chunk, position, row, dictionary) !== 0) return;
    const before = this.#row(at, position - 1);
    const after = this.#row(at, position + 1);
    chunk.times.splice(position, 1);
    chunk.sequences.splice(position, 1);
    chunk.values.splice(position, 1);
    if (chunk.times.length === 0) this.#chunks.splice(at, 1);
    this.#size--;
    this.displaced(before, row, after);
  }

  /** Called once a row has its place, with its neighbours; for what is kept of neighbours. */
  protected placed(_before: OrderedRow | null, _row: OrderedRow, _after: OrderedRow | null): void {}
  /** Called once a row was taken out. */
  protected displaced(_before: OrderedRow | null, _row: OrderedRow, _after: OrderedRow | null): void {}

  /** The value of the first row; there must be one. */
  first(): HeldValue {
    return this.#chunks[0].values[0];
  }

  /** The value of the last row; there must be one. */
  last(): HeldValue {
    const { values } = this.#chunks[this.#chunks.length - 1];
    return values[values.length - 1];
  }

  firstTime(): HeldValue {
    return this.#chunks[0].times[0];
  }

  lastTime(): HeldValue {
    const { times } = this.#chunks[this.#chunks.length - 1];
    return times[times.length - 1];
  }

  /** The values in order. */
  values(): HeldValue[] {
    return this.#chunks.flatMap(chunk => chunk.values);
  }

  /** Adds another group's rows. */
  merge(other: OrderedRows, dictionary: Dictionary | null): void {
    for (const { times, sequences, values } of other.#chunks) {
      for (let k = 0; k < times.length; k++) this.add(times[k], sequences[k], values[k], dictionary);
    }
  }

  #put(
    row: OrderedRow,
    dictionary: Dictionary | null,
  ): { readonly before: OrderedRow | null; readonly after: OrderedRow | null } {
    this.#size++;
    const last = this.#chunks.at(-1);
    if (last === undefined || this.#compare(last, last.times.length - 1, row, dictionary) <= 0) {
      const before = last === undefined ? null : this.#row(this.#chunks.length - 1, last.times.length - 1);
      const full = last === undefined || last.times.length >= CHUNK;
      insert(full ? this.#newChunk() : last, Infinity, row);
      return { before, after: null };
    }
    const at = this.#chunkOf(row, dictionary, true);
    const chunk = this.#chunks[at];
    const position = this.#positionIn(chunk, row, dictionary, true);
    const before = this.#row(at, position - 1);
    const after = this.#row(at, position);
    insert(chunk, position, row);
    if (chunk.times.length > CHUNK) this.#split(at);
    return { before, after };
  }

  #newChunk(): Chunk {
    const chunk: Chunk = { times: [], sequences: [], values: [] };
    this.#chunks.push(chunk);
    return chunk;
  }

  #split(at: number): void {
    const { times, sequences, values } = this.#chunks[at];
    const half = CHUNK / 2;
    this.#chunks.splice(at + 1, 0, {
      times: times.splice(half),
      sequences: sequences.splice(half),
      values: values.splice(half),
    });
  }

  /** The row at a position of a chunk, which may lie in the chunk before or after. */
  #row(at: number, position: number): OrderedRow | null {
    const chunk = this.#chunks.at(at);
    if (position < 0) return at === 0 ? null : this.#row(at - 1, this.#chunks[at - 1].times.length - 1);
    if (chunk === undefined) return null;
    if (position >= chunk.times.length) return at + 1 === this.#chunks.length ? null : this.#row(at + 1, 0);
    return {
      time: chunk.times[position],
      sequence: chunk.sequences[position],
      value: chunk.values[position],
    };
  }

  /** The first chunk whose last row does not come before a row (or after which it comes, where `after` equal ones). */
  #chunkOf(row: OrderedRow, dictionary: Dictionary | null, after: boolean): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle];
      const order = this.#compare(chunk, chunk.times.length - 1, row, dictionary);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #positionIn(chunk: Chunk, row: OrderedRow, dictionary: Dictionary | null, after: boolean): number {
    let low = 0;
    let high = chunk.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(chunk, middle, row, dictionary);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(chunk: Chunk, position: number, row: OrderedRow, dictionary: Dictionary | null): number {
    const order = compareHeld(chunk.times[position], row.time, null);
    if (order !== 0) return order;
    const sequence = chunk.sequences[position];
    if (sequence < row.sequence) return -1;
    if (sequence > row.sequence) return 1;
    return this.byValue ? compareHeld(chunk.values[position], row.value, dictionary) : 0;
  }

  encode(): PlainValue {
    return {
      times: this.#chunks.flatMap(chunk => chunk.times),
      sequences: this.#chunks.flatMap(chunk => chunk.sequences),
      values: this.values(),
    };
  }

  /** Takes rows that `encode` wrote; they are in order. */
  protected restore(plain: PlainValue): void {
    const { times, sequences, values } = plain as Record<string, readonly HeldValue[]>;
    for (let k = 0; k < times.length; k++) {
      const last = this.#chunks.at(-1);
      const chunk = last === undefined || last.times.length >= CHUNK ? this.#newChunk() : last;
      insert(chunk, Infinity, { time: times[k], sequence: sequences[k], value: values[k] });
      this.#size++;
    }
  }

  static decode(byValue: boolean, plain: PlainValue): OrderedRows {
    const rows = new OrderedRows(byValue);
    rows.restore(plain);
    return rows;
  }
}

function insert(chunk: Chunk, position: number, row: OrderedRow): void {
  if (position >= chunk.times.length) {
    chunk.times.push(row.time);
    chunk.sequences.push(row.sequence);
    chunk.values.push(row.value);
    return;
  }
  chunk.times.splice(position, 0, row.time);
  chunk.sequences.splice(position, 0, row.sequence);
  chunk.values.splice(position, 0, row.value);
}
