import type { BatchBuilder, ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Schema } from '../columns/schema.js';
import { isInteger } from '../columns/types.js';
import type { DataType, Field } from '../columns/types.js';
import { missing, notOfType } from './csvField.js';
import { textOf } from './decoder.js';
import { JsonShape, MOST_VALUES } from './jsonShape.js';
import { JsonSkipper, skipSpace } from './jsonSkipper.js';
import { ByteScanner } from './scanner.js';
import { readText } from './textValue.js';

const encoder = new TextEncoder();

/** Longer keys are not remembered. */
const LONGEST_KEY = 1024;

/** A key that a position of the object had in an earlier row, with its quotes, and the column that it names (or -1). */
interface ExpectedKey {
  readonly bytes: Uint8Array;
  readonly column: number;
}

/**
 * Reads JSON objects straight into typed columns. Objects of one feed look alike, so each is read as the one before was, and only one that looks
 * otherwise key by key. Keys that name no column are left out.
 */
export class JsonRowReader {
  /** What is wrong with the object that was read last, or null. */
  fault: string | null = null;
  readonly #scanner = new ByteScanner();
  readonly #skipper = new JsonSkipper(this.#scanner);
  readonly #byName: ReadonlyMap<string, number>;
  readonly #expected: (ExpectedKey | undefined)[];
  readonly #seen: Int32Array;
  #stamp = 0;
  readonly #shape: JsonShape;
  /** Of the object that is being read: the column of each value, and where it begins and ends. */
  readonly #placeColumns = new Int32Array(MOST_VALUES);
  readonly #starts = new Int32Array(MOST_VALUES);
  readonly #ends = new Int32Array(MOST_VALUES);

  constructor(private readonly schema: Schema) {
    this.#shape = new JsonShape(schema, this.#scanner, (bytes, at, to, column, out) =>
      this.#anyValue(bytes, at, to, column, out),
    );
    this.#byName = new Map(schema.fields.map((field, i) => [field.name, i]));
    this.#expected = schema.fields.map((field, column) => ({
      bytes: encoder.encode(JSON.stringify(field.name)),
      column,
    }));
    this.#seen = new Int32Array(schema.fields.length);
  }

  /**
   * Reads the object at `from` as row `out.length` and returns the position behind it, or -1 with `fault` set. `bytes[to]`
   * has to be a line feed, and the object has none: it is on one line.
   */
  read(bytes: Uint8Array, from: number, to: number, out: BatchBuilder): number {
    this.#scanner.bytes = bytes;
    const end = this.#shape.read(bytes, from, to, out);
    if (end >= 0) {
      this.fault = null;
      return end;
    }
    return this.#readAny(bytes, from, to, out);
  }

  /** Reads an object whatever it looks like. */
  #readAny(bytes: Uint8Array, from: number, to: number, out: BatchBuilder): number {
    this.fault = null;
    let p = skipSpace(bytes, from);
    if (bytes[p] !== 123) return this.#fail(`a JSON object is expected, and ${found(bytes, p, to)}`);
    p = skipSpace(bytes, p + 1);
    const stamp = ++this.#stamp;
    let place = 0;
    if (bytes[p] !== 125) {
      for (; ; place++) {
        const key = this.#key(bytes, p, to, place);
        if (key === null) return -1;
        p = skipSpace(bytes, p + this.#keyLength);
        if (bytes[p] !== 58) return this.#fail(`':' is expected after a key, and ${found(bytes, p, to)}`);
        p = skipSpace(bytes, p + 1);
        const { column } = key;
        const start = p;
        p = this.#anyValue(bytes, p, to, column, out);
        if (p < 0) return -1;
        if (column >= 0) this.#seen[column] = stamp;
        if (place < MOST_VALUES) {
          this.#placeColumns[place] = column;
          this.#starts[place] = start;
          this.#ends[place] = p;
        }
        p = skipSpace(bytes, p);
        if (bytes[p] === 125) break;
        if (bytes[p] !== 44) {
          return this.#fail(`',' or '}' is expected after a value, and ${found(bytes, p, to)}`);
        }
        p = skipSpace(bytes, p + 1);
      }
      place++;
    }
    const absent = this.#absent(out);
    if (absent === null) return -1;
    this.#shape.learn(bytes, from, p + 1, place, this.#placeColumns, this.#starts, this.#ends, absent, out);
    return p + 1;
  }

  /** Reads the value at `p` into a column, or passes over it where the column is -1. */
  #anyValue(bytes: Uint8Array, p: number, to: number, column: number, out: BatchBuilder): number {
    if (column >= 0) {
      return this.#value(bytes, p, to, this.schema.fields[column], out.columns[column], out.length);
    }
    const end = this.#skipper.skip(bytes, p, to);
    return end < 0 ? this.#fail(this.#skipper.fault) : end;
  }

  /** Gives NULL to the columns that the object did not have, and says which these are; null where one of them must have a value. */
  #absent(out: BatchBuilder): number[] | null {
    const absent: number[] = [];
    const fields = this.schema.fields;
    for (let i = 0; i < fields.length; i++) {
      if (this.#seen[i] === this.#stamp) continue;
      if (!fields[i].nullable) {
        this.#fail(missing(fields[i]));
        return null;
      }
      out.columns[i].setNull(out.length);
      absent.push(i);
    }
    return absent;
  }

  #keyLength = 0;

  /** Reads the key at `p`; its length with the quotes is in `#keyLength`. */
  #key(bytes: Uint8Array, p: number, to: number, place: number): ExpectedKey | null {
    const expected = this.#expected[place];
    if (expected !== undefined) {
      const key = expected.bytes;
      const length = key.length;
      let i = 0;
      while (i < length && bytes[p + i] === key[i]) i++;
      if (i === length) {
        this.#keyLength = length;
        return expected;
      }
    }
    if (bytes[p] !== 34) {
      this.#fail(`a key in quotes is expected, and ${found(bytes, p, to)}`);
      return null;
    }
    const end = this.#skipper.skip(bytes, p, to);
    if (end < 0) {
      this.#fail(this.#skipper.fault);
      return null;
    }
    this.#keyLength = end - p;
    const name = this.#string(bytes, p, end);
    if (name === null) return null;
    const key: ExpectedKey = { bytes: bytes.slice(p, end), column: this.#byName.get(name) ?? -1 };
    if (place < 4096 && key.bytes.length <= LONGEST_KEY) this.#expected[place] = key;
    return key;
  }

  /** Reads the value at `p` into the column; returns the position behind it, or -1. */
  #value(bytes: Uint8Array, p: number, to: number, field: Field, column: ColumnBuilder, row: number): number {
    const type = field.type;
    const scanner = this.#scanner;
    const first = bytes[p];
    if (first === 110) {
      const end = this.#skipper.skip(bytes, p, to);
      if (end < 0) return this.#fail(this.#skipper.fault);
      if (!field.nullable) return this.#fail(missing(field));
      column.setNull(row);
      return end;
    }
    if (type.kind === 'string' && first === 34) {
      let end = p + 1;
      let byte = bytes[end];
      while (byte !== 34 && byte !== 92 && byte >= 32) byte = bytes[++end];
      if (byte === 34) {
        column.ints[row] = (column.interner as ByteInterner).intern(bytes, p + 1, end);
        if (column.hasNull) column.valid[row] = 1;
        return end + 1;
      }
    } else if (type.kind === 'float64' && first !== 34) {
      const value = scanner.float(p);
      if (scanner.end >= 0 && endsValue(bytes[scanner.end])) {
        column.floats[row] = value;
        if (column.hasNull) column.valid[row] = 1;
        return scanner.end;
      }
    } else if (type.kind === 'boolean') {
      const isTrue = first === 116;
      const end = isTrue || first === 102 ? this.#skipper.skip(bytes, p, to) : -1;
      if (end >= 0) {
        column.setNumber(row, isTrue ? 1 : 0);
        return end;
      }
    } else if (type.kind === 'json') {
      return this.#nested(bytes, p, to, field, column, row);
    } else if (readsIntegers(type)) {
      const end = this.#integer(first === 34 ? p + 1 : p, type, column, row);
      if (end >= 0 && first === 34 && bytes[end] === 34) return end + 1;
      if (end >= 0 && first !== 34 && endsValue(bytes[end])) return end;
    }
    return this.#unusualValue(bytes, p, to, field, column, row);
  }

  #integer(at: number, type: DataType, column: ColumnBuilder, row: number): number {
    const scanner = this.#scanner;
    let value: number;
    if (type.kind === 'timestamp') value = scanner.timestamp(at, type.unit);
    else if (type.kind === 'date') value = scanner.date(at);
    else value = scanner.integer(at);
    if (scanner.end < 0 || (type.kind === 'int32' && value !== (value | 0))) return -1;
    if (value !== value) column.setBigint(row, scanner.big);
    else column.setInteger(row, value);
    return scanner.end;
  }

  /** Any value as JSON; a JSON null is the column's NULL and was seen before. */
  #nested(
    bytes: Uint8Array,
    p: number,
    to: number,
    field: Field,
    column: ColumnBuilder,
    row: number,
  ): number {
    const end = this.#skipper.skip(bytes, p, to);
    if (end < 0) return this.#fail(this.#skipper.fault);
    const text = textOf(bytes, p, end);
    return readText(text, column, row) ? end : this.#fail(notOfType(field, text));
  }

  /** A value that is not written as its type mostly is: a number in quotes, `5.0` for an integer, an object for a string. */
  #unusualValue(
    bytes: Uint8Array,
    p: number,
    to: number,
    field: Field,
    column: ColumnBuilder,
    row: number,
  ): number {
    const end = this.#skipper.skip(bytes, p, to);
    if (end < 0) return this.#fail(this.#skipper.fault);
    let text = textOf(bytes, p, end);
    if (bytes[p] === 34) {
      const string = this.#string(bytes, p, end);
      if (string === null) return -1;
      text = string;
    } else if (isInteger(field.type)) {
      const value = Number(text);
      if (Number.isSafeInteger(value)) text = String(value);
    }
    if (!readText(text, column, row)) return this.#fail(notOfType(field, text));
    return end;
  }

  /** The string literal `bytes[from, to)`, or null where it is none. */
  #string(bytes: Uint8Array, from: number, to: number): string | null {
    try {
      return JSON.parse(textOf(bytes, from, to)) as string;
    } catch {
      this.#fail('a string that is no JSON');
      return null;
    }
  }

  #fail(reason: string): -1 {
    this.fault = reason;
    return -1;
  }
}

/** Types whose values the scanner reads as whole numbers. */
function readsIntegers(type: DataType): boolean {
  return isInteger(type) || type.kind === 'timestamp' || type.kind === 'date';
}

/** Whether a byte can follow a number: white space, `,`, `]` or `}`. */
function endsValue(byte: number): boolean {
  return byte === 44 || byte === 125 || byte === 93 || byte <= 32;
}

/** What is at a position, for a sentence. */
export function found(bytes: Uint8Array, p: number, to: number): string {
  return p >= to ? 'it ends there' : `'${textOf(bytes, p, Math.min(p + 12, to))}' is there`;
}
