import type { ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import { typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import type { CsvFormat } from './csvFormat.js';
import type { CsvRowSplitter } from './csvRow.js';
import { textOf } from './decoder.js';
import { readText } from './textValue.js';

/** Reads single fields of a split row, or says in a sentence why that cannot be. */
export class CsvField {
  readonly #nulls: ReadonlySet<string>;
  readonly #longestNull: number;

  constructor(private readonly format: CsvFormat) {
    this.#nulls = new Set(format.nulls);
    this.#longestNull = Math.max(0, ...format.nulls.map(text => text.length * 3));
  }

  /** Whether the bytes are one of the texts that mean NULL. */
  isNull(bytes: Uint8Array, from: number, to: number): boolean {
    return to - from <= this.#longestNull && this.#nulls.has(textOf(bytes, from, to));
  }

  /** Reads field `index` of the row into the column; returns what is wrong with it, or null. */
  read(row: CsvRowSplitter, index: number, field: Field, column: ColumnBuilder, at: number): string | null {
    const from = row.starts[index];
    const to = row.ends[index];
    const isString = field.type.kind === 'string';
    if (this.#isNullField(row, index, isString)) {
      if (!field.nullable) return missing(field);
      column.setNull(at);
      return null;
    }
    if (isString) {
      if (column.hasNull) column.valid[at] = 1;
      column.ints[at] = (column.interner as ByteInterner).intern(row.text, from, to);
      return null;
    }
    const text = row.field(index).trim();
    const plain = this.format.decimalComma ? withPoint(text) : text;
    return readText(plain, column, at) ? null : notOfType(field, text);
  }

  #isNullField(row: CsvRowSplitter, index: number, isString: boolean): boolean {
    if (row.isBlank(index)) return true;
    if (isString) {
      return this.format.nullStrings && !row.quoted[index] && this.#nulls.has(row.field(index));
    }
    const text = row.field(index).trim();
    return text === '' || this.#nulls.has(text);
  }
}

/** The text of a number with a point before its fraction; any other text as it is. */
export function withPoint(text: string): string {
  return /^[-+]?\d*,\d+(?:e[-+]?\d+)?$/i.test(text) ? text.replace(',', '.') : text;
}

/** Why a row without a value in the column is rejected. */
export function missing(field: Field): string {
  return `column '${field.name}' has no value, and is not nullable`;
}

/** Why a row with this text in the column is rejected. */
export function notOfType(field: Field, text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return `column '${field.name}': '${shown}' is no ${typeName(field.type)}`;
}
