import type { BatchBuilder, ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import { CsvField } from './csvField.js';
import { CsvRowSplitter } from './csvRow.js';
import type { CsvFormat } from './csvFormat.js';
import { rejectText } from './decoder.js';
import type { RejectRow, RowDecoder } from './decoder.js';
import { ByteScanner } from './scanner.js';

const enum Kind {
  Skip,
  Boolean,
  Int32,
  Int64,
  Float64,
  String,
  Timestamp,
  Date,
  /** Read from the field's text, exactly. */
  Text,
}

const KINDS = {
  boolean: Kind.Boolean,
  int32: Kind.Int32,
  int64: Kind.Int64,
  float64: Kind.Float64,
  string: Kind.String,
  timestamp: Kind.Timestamp,
  date: Kind.Date,
  decimal: Kind.Text,
  duration: Kind.Text,
  json: Kind.Text,
} as const;

/** The row does not look as it mostly does: it is split into fields and each is judged. */
const UNUSUAL = -1;
const INCOMPLETE = -2;

/**
 * Reads CSV (RFC 4180, with LF or CRLF) into typed columns. Rows that look as expected are read in one pass from the bytes;
 * others (a NULL text, an escaped quote, a wrong type) are split into fields first and read or rejected one by one.
 */
export class CsvDecoder implements RowDecoder {
  /** The line that the next row begins on, from 1. */
  line: number;
  readonly #kinds: Uint8Array;
  readonly #nullable: boolean[];
  readonly #units: (TimeUnit | null)[];
  readonly #scanner = new ByteScanner();
  readonly #splitter: CsvRowSplitter;
  readonly #fields: CsvField;
  #columns: (ColumnBuilder | null)[] = [];
  #builder: BatchBuilder | null = null;
  /** In a line that is too long: it has been rejected, and is left out up to its end. */
  #skipping = false;

  constructor(
    private readonly schema: Schema,
    /** For each field of a line, the column that it goes to, or -1. */
    private readonly mapping: readonly number[],
    private readonly format: CsvFormat,
    private readonly reject: RejectRow,
    /** The line that the first row is on. */
    firstLine = 1,
  ) {
    this.line = firstLine;
    const fields = mapping.map(index => (index < 0 ? null : schema.fields[index]));
    this.#kinds = Uint8Array.from(fields, field => (field === null ? Kind.Skip : KINDS[field.type.kind]));
    this.#nullable = fields.map(field => field === null || field.nullable);
    this.#units = fields.map(field => (field?.type.kind === 'timestamp' ? field.type.unit : null));
    this.#splitter = new CsvRowSplitter(format.delimiter);
    this.#fields = new CsvField(format);
  }

  decode(bytes: Uint8Array, from: number, to: number, atEnd: boolean, out: BatchBuilder): number {
    bytes[to] = 10;
    this.#scanner.bytes = bytes;
    if (this.#builder !== out) {
      this.#builder = out;
      this.#columns = this.mapping.map(index => (index < 0 ? null : out.columns[index]));
    }
    const limit = this.format.maxLineBytes;
    const limitRows = out.limit;
    let p = from;
    if (this.#skipping) {
      p = this.#skipLine(bytes, p, to);
      if (this.#skipping) return to;
    }
    while (p < to && out.length < limitRows) {
      let next = this.#row(bytes, p, to, atEnd, out.length);
      if (next === INCOMPLETE || (next > to && !atEnd)) {
        if (to - p <= limit) return p;
        next = this.#tooLong(bytes, p, to);
      } else if (next === UNUSUAL) {
        next = this.#unusualRow(bytes, p, to, atEnd, out);
        if (next === INCOMPLETE) {
          if (to - p <= limit) return p;
          next = this.#tooLong(bytes, p, to);
        }
      } else if (next - p > limit + 1) {
        next = this.#tooLong(bytes, p, to);
      } else {
        out.length++;
        this.line++;
      }
      p = next;
    }
    return Math.min(p, to);
  }

  /** Reads the row at `start` straight into the columns and returns the position behind it. */
  #row(bytes: Uint8Array, start: number, to: number, atEnd: boolean, row: number): number {
    const kinds = this.#kinds;
    const columns = this.#columns;
    const scanner = this.#scanner;
    const delimiter = this.format.delimiter;
    const last = kinds.length - 1;
    let p = start;
    for (let c = 0; c <= last; c++) {
      const first = bytes[p];
      const column = columns[c] as ColumnBuilder;
      const kind = kinds[c];
      let end = p;
      if (first === delimiter || first === 10 || first === 13) {
        if (!this.#nullable[c] || (last === 0 && p === start)) return UNUSUAL;
        if (kind !== Kind.Skip) column.setNull(row);
      } else if (kind === Kind.Float64) {
        const value = scanner.float(p);
        end = scanner.end;
        if (end < 0) return UNUSUAL;
        column.floats[row] = value;
        if (column.hasNull) column.valid[row] = 1;
      } else if (kind === Kind.String || kind === Kind.Skip) {
        let from = p;
        let byte = first;
        if (first === 34) {
          from = ++p;
          byte = bytes[p];
          while (byte !== 34 && byte !== 10) byte = bytes[++p];
          if (byte === 10 || bytes[p + 1] === 34) return UNUSUAL;
          end = p + 1;
        } else {
          while (byte !== delimiter && byte !== 10 && byte !== 13) byte = bytes[++p];
          end = p;
        }
        if (end >= to && !atEnd) return INCOMPLETE;
        if (kind === Kind.String) {
          if (this.format.nullStrings && first !== 34 && this.#fields.isNull(bytes, from, p)) return UNUSUAL;
          column.ints[row] = (column.interner as ByteInterner).intern(bytes, from, p);
          if (column.hasNull) column.valid[row] = 1;
        }
      } else {
        end = this.#integer(kind, c, p, row);
        if (end < 0) return UNUSUAL;
      }
      const separator = bytes[end];
      if (c < last) {
        if (separator !== delimiter) return UNUSUAL;
        p = end + 1;
      } else if (separator === 10) {
        return end + 1;
      } else if (separator === 13 && bytes[end + 1] === 10) {
        return end + 2;
      }
    }
    return UNUSUAL;
  }

  /** Reads an integer, a time, a date or a boolean; returns the position behind it, or -1. */
  #integer(kind: number, c: number, at: number, row: number): number {
    const scanner = this.#scanner;
    const column = this.#columns[c] as ColumnBuilder;
    let value: number;
    if (kind === Kind.Timestamp) value = scanner.timestamp(at, this.#units[c] as TimeUnit);
    else if (kind === Kind.Int64) value = scanner.integer(at);
    else if (kind === Kind.Int32) {
      value = scanner.integer(at);
      if (value !== (value | 0)) return -1;
    } else if (kind === Kind.Date) value = scanner.date(at);
    else return -1;
    if (scanner.end < 0) return -1;
    if (value !== value) column.setBigint(row, scanner.big);
    else column.setInteger(row, value);
    return scanner.end;
  }

  #unusualRow(bytes: Uint8Array, start: number, to: number, atEnd: boolean, out: BatchBuilder): number {
    const row = this.#splitter;
    const next = row.split(bytes, start, to, atEnd);
    if (next < 0) {
      if (!atEnd) return INCOMPLETE;
      if (to - start > this.format.maxLineBytes) return this.#tooLong(bytes, start, to);
      return this.#rejectLine(bytes, start, to, 'a quote is opened and never closed');
    }
    if (next - start > this.format.maxLineBytes + 1) return this.#tooLong(bytes, start, to);
    const line = this.line;
    this.line += row.lines;
    if (row.count === 1 && row.isBlank(0) && (this.#kinds.length > 1 || !this.#nullable[0])) return next;
    const reason = row.fault ?? this.#readFields(row, out);
    if (reason === null) out.length++;
    else this.reject(line, reason, rejectText(bytes, start, row.end));
    return next;
  }

  /** Reads the fields of a row that was split; returns what is wrong with it, or null. */
  #readFields(row: CsvRowSplitter, out: BatchBuilder): string | null {
    const count = this.mapping.length;
    if (row.count !== count) {
      return `${row.count} ${row.count === 1 ? 'field' : 'fields'} where ${count} are expected`;
    }
    for (let c = 0; c < count; c++) {
      const column = this.#columns[c];
      if (column === null) continue;
      const field = this.schema.fields[this.mapping[c]];
      const reason = this.#fields.read(row, c, field, column, out.length);
      if (reason !== null) return reason;
    }
    return null;
  }

  #rejectLine(bytes: Uint8Array, start: number, to: number, reason: string): number {
    let end = start;
    while (bytes[end] !== 10) end++;
    this.reject(this.line, reason, rejectText(bytes, start, end));
    this.line++;
    return Math.min(end + 1, to);
  }

  /** Rejects the line at `start`, whose row does not end within the limit; what follows the line is read as usual. */
  #tooLong(bytes: Uint8Array, start: number, to: number): number {
    let end = start;
    while (bytes[end] !== 10) end++;
    const limit = this.format.maxLineBytes;
    const reason =
      end - start > limit
        ? `a line of more than ${limit} bytes`
        : `a quoted field that does not end within ${limit} bytes`;
    this.reject(this.line, reason, rejectText(bytes, start, Math.min(end, start + limit)));
    if (end < to) {
      this.line++;
      return end + 1;
    }
    this.#skipping = true;
    return to;
  }

  #skipLine(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    while (bytes[end] !== 10) end++;
    if (end >= to) return to;
    this.#skipping = false;
    this.line++;
    return end + 1;
  }
}
