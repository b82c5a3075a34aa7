import type { Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { BookSide } from './bookSide.js';
import type { OutputColumn } from './output.js';
import type { SnapshotValue, StateReader, StateWriter } from './snapshot.js';

/** Prices and sizes of a level, both sides. */
const NUMBERS = 4;

/** A time or an id; null: there is none. */
type Beside = number | bigint | null;

/** The levels of a book as they have been told: their prices and sizes, and when the message came that made them so. */
export class ShownLevels {
  count = 0;
  #numbers: Float64Array = new Float64Array(0);
  /** What a level has of its message, one after the other. */
  #beside: Beside[] = [];

  constructor(private readonly width: number) {}

  /** Whether a level is as it was told. */
  isAs(level: number, bids: BookSide, asks: BookSide): boolean {
    const numbers = this.#numbers;
    const at = level * NUMBERS;
    return (
      same(numbers[at], bids.priceAt(level)) &&
      same(numbers[at + 1], bids.sizeAt(level)) &&
      same(numbers[at + 2], asks.priceAt(level)) &&
      same(numbers[at + 3], asks.sizeAt(level))
    );
  }

  /** Takes note of a level as it is now. */
  take(level: number, bids: BookSide, asks: BookSide, beside: readonly Beside[]): void {
    const at = level * NUMBERS;
    if (at + NUMBERS > this.#numbers.length) {
      const numbers = new Float64Array(Math.max(2 * this.#numbers.length, 8 * NUMBERS));
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers[at] = bids.priceAt(level);
    this.#numbers[at + 1] = bids.sizeAt(level);
    this.#numbers[at + 2] = asks.priceAt(level);
    this.#numbers[at + 3] = asks.sizeAt(level);
    for (let k = 0; k < this.width; k++) this.#beside[level * this.width + k] = beside[k];
  }

  /** Writes a level as it was told: its place and its values, to all columns but the first, which names the book. */
  write(level: number, state: number, columns: readonly OutputColumn[], row: number): void {
    columns[1].data[row] = level + 1;
    for (let k = 0; k < NUMBERS; k++) {
      const value = this.#numbers[level * NUMBERS + k];
      const column = columns[2 + k];
      column.valid[row] = value === value ? 1 : 0;
      column.data[row] = value === value ? value : 0;
    }
    columns[2 + NUMBERS].data[row] = state;
    for (let k = 0; k < this.width; k++) {
      write(columns[3 + NUMBERS + k], row, this.#beside[level * this.width + k]);
    }
  }

  bytes(): number {
    return this.#numbers.byteLength + this.#beside.length * 8;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('numbers', this.#numbers, this.count * NUMBERS);
    writer.value('beside', this.#beside.slice(0, this.count * this.width) as SnapshotValue);
  }

  restore(reader: StateReader): void {
    this.#numbers = reader.lane('numbers') as Float64Array;
    this.#beside = [...(reader.value('beside') as readonly Beside[])];
    this.count = this.#numbers.length / NUMBERS;
  }
}

/** Reads what levels have of a message. */
export class BesideReader {
  readonly #columns: readonly number[];
  readonly #values: Beside[];

  constructor(input: Schema, names: readonly string[]) {
    this.#columns = names.map(name => fieldIndex(input, name)).filter(at => at >= 0);
    this.#values = this.#columns.map(() => null);
  }

  get width(): number {
    return this.#columns.length;
  }

  /** The values of a row, valid until the next call. */
  read({ columns }: Batch, row: number): readonly Beside[] {
    this.#columns.forEach((at, k) => {
      const { data, valid } = columns[at];
      this.#values[k] = valid !== null && valid[row] === 0 ? null : data[row];
    });
    return this.#values;
  }
}

function write(column: OutputColumn, row: number, value: Beside): void {
  if (column.nullable) column.valid[row] = value === null ? 0 : 1;
  if (typeof value === 'bigint' && !column.isWide) column.widen(row);
  const { data } = column;
  if (data instanceof BigInt64Array) data[row] = BigInt(value ?? 0);
  else data[row] = Number(value ?? 0);
}

function same(a: number, b: number): boolean {
  return a === b || (a !== a && b !== b);
}
