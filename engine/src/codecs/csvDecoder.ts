import type { BatchBuilder, ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Schema } from '../columns/schema.js';
import type { Field, TimeUnit } from '../columns/types.js';
import { CsvField } from './csvField.js';
import { CsvRowSplitter } from './csvRow.js';
import type { CsvFormat } from './csvFormat.js';
import { rejectText } from './decoder.js';
import type { RejectRow, RowDecoder } from './decoder.js';
import { plainFloat, plainInteger } from './plainNumber.js';
import { ByteScanner } from './scanner.js';

const enum Kind {
  Skip,
  String,
  Int32,
  Int64,
  Float64,
  Timestamp,
  Date,
  /** A float64 with a comma before its fraction. */
  CommaFloat,
  /** Read from the field's text, exactly. */
  Other,
}

const KINDS = {
  boolean: Kind.Other,
  int32: Kind.Int32,
  int64: Kind.Int64,
  float64: Kind.Float64,
  string: Kind.String,
  timestamp: Kind.Timestamp,
  date: Kind.Date,
  decimal: Kind.Other,
  duration: Kind.Other,
  json: Kind.Other,
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
  readonly #units: TimeUnit[];
  readonly #scanner = new ByteScanner();
  readonly #splitter: CsvRowSplitter;
  readonly #fields: CsvField;
  readonly #number = new Uint8Array(32);
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
    const kindOf = (field: Field): Kind =>
      field.type.kind === 'float64' && format.decimalComma ? Kind.CommaFloat : KINDS[field.type.kind];
    this.#kinds = Uint8Array.from(fields, field => (field === null ? Kind.Skip : kindOf(field)));
    this.#nullable = fields.map(field => field === null || field.nullable);
    this.#units = fields.map(field => (field?.type.kind === 'timestamp' ? field.type.unit : 's'));
    this.#splitter = new CsvRowSplitter(format);
    this.#fields = new CsvField(format);
  }

  decode(bytes: Uint8Array, from: number, to: number, atEnd: boolean, out: BatchBuilder): number {
    bytes[to] = 10;
    this.#scanner.bytes = bytes;
    if (this.#builder !== out) {
      this.#builder = out;
      this.#columns = this.mapping.map(index => (index < 0 ? null : out.columns[index]));
      this.#leaveOut();
    }
    const limit = this.format.maxLineBytes;
    const limitRows = out.limit;
    let p = from;
    if (this.#skipping) {
      p = this.#skipLine(bytes, p, to);
      if (this.#skipping) return to;
    }
    const { comment } = this.format;
    while (p < to && out.length < limitRows) {
      if (bytes[p] === comment) {
        p = this.#skipComment(bytes, p, to);
        if (this.#skipping) return to;
        continue;
      }
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

  /** Passes over the texts that nobody looks at: any bytes are a text, so it is a row all the same. */
  #leaveOut(): void {
    this.#columns.forEach((column, c) => {
      const canBeRejected = this.format.nullStrings && !this.#nullable[c];
      if (column?.isRead === false && this.#kinds[c] === Kind.String && !canBeRejected) {
        this.#kinds[c] = Kind.Skip;
      }
    });
  }

  /** Reads the row at `start` straight into the columns and returns the position behind it. */
  #row(bytes: Uint8Array, start: number, to: number, atEnd: boolean, row: number): number {
    const kinds = this.#kinds;
    const columns = this.#columns;
    const scanner = this.#scanner;
    const { delimiter, quote } = this.format;
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
      } else if (kind <= Kind.String) {
        if (first === quote) end = this.#quotedText(kind, column, bytes, p, row);
        else {
          end = fieldEnd(bytes, p, delimiter);
          if (kind === Kind.String) {
            if (this.format.nullStrings && this.#fields.isNull(bytes, p, end)) return UNUSUAL;
            column.ints[row] = (column.interner as ByteInterner).intern(bytes, p, end);
            if (column.hasNull) column.valid[row] = 1;
          }
        }
        if (end < 0) return UNUSUAL;
        if (end >= to && !atEnd) return INCOMPLETE;
      } else {
        const lane = column.floats;
        if (kind === Kind.Float64) end = plainFloat(bytes, p, lane, row);
        else if (kind === Kind.CommaFloat) end = this.#commaFloat(bytes, p, lane, row);
        else if (column.isWide) end = -1;
        else if (kind === Kind.Timestamp) end = scanner.plainTimestamp(p, this.#units[c], lane, row);
        else if (kind === Kind.Int64) end = plainInteger(bytes, p, lane, row);
        else end = -1;
        if (end < 0) end = this.#oddNumber(kind, c, p, row);
        else if (column.hasNull) column.valid[row] = 1;
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

  /** Reads a number, a time or a date that is longer than most; returns the position behind it, or -1. */
  #oddNumber(kind: Kind, c: number, p: number, row: number): number {
    const scanner = this.#scanner;
    const column = this.#columns[c] as ColumnBuilder;
    let value: number;
    if (kind === Kind.Float64) value = scanner.float(p);
    else if (kind === Kind.Timestamp) value = scanner.timestamp(p, this.#units[c]);
    else if (kind === Kind.Date) value = scanner.date(p);
    else if (kind >= Kind.CommaFloat) return -1;
    else value = scanner.integer(p);
    if (scanner.end < 0) return -1;
    if (kind === Kind.Float64) column.setNumber(row, value);
    else if (value !== value) column.setBigint(row, scanner.big);
    else if (kind === Kind.Int32 && value !== (value | 0)) return -1;
    else column.setInteger(row, value);
    return scanner.end;
  }

  /** Reads a quoted field that is plain text within one line; returns the position behind it, or -1. */
  #quotedText(kind: Kind, column: ColumnBuilder, bytes: Uint8Array, p: number, row: number): number {
    const { quote } = this.format;
    let end = p + 1;
    while (bytes[end] !== quote && bytes[end] !== 10) end++;
    if (bytes[end] === 10 || bytes[end + 1] === quote) return -1;
    if (kind === Kind.String) {
      column.ints[row] = (column.interner as ByteInterner).intern(bytes, p + 1, end);
      if (column.hasNull) column.valid[row] = 1;
    }
    return end + 1;
  }

  /** Reads a number with a comma, by way of one with a point; returns the position behind it, or -1. */
  #commaFloat(bytes: Uint8Array, p: number, lane: Float64Array, row: number): number {
    const { delimiter } = this.format;
    const number = this.#number;
    let length = 0;
    for (; length < number.length - 1; length++) {
      const byte = bytes[p + length];
      if (byte === delimiter || byte < 33) break;
      // A point stays none: it is no part of such a number.
      number[length] = byte === 44 ? 46 : byte === 46 ? 44 : byte;
    }
    number[length] = 10;
    return plainFloat(number, 0, lane, row) === length && length > 0 ? p + length : -1;
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

  /** Passes over a line that is no row; where it does not end here, `#skipping` is set. */
  #skipComment(bytes: Uint8Array, from: number, to: number): number {
    this.#skipping = true;
    return this.#skipLine(bytes, from, to);
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

/** The position of the separator that ends an unquoted field: nearly all that is before it has a greater code. */
function fieldEnd(bytes: Uint8Array, from: number, delimiter: number): number {
  const most = delimiter > 13 ? delimiter : 13;
  let p = from;
  let byte = bytes[p];
  while (byte > most || (byte !== delimiter && byte !== 10 && byte !== 13)) byte = bytes[++p];
  return p;
}
