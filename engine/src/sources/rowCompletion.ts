import type { BatchBuilder } from '../columns/builder.js';
import { ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import { hasDictionary, timestampType, FLOAT64, typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import { readText } from '../codecs/textValue.js';
import { SourceError } from './error.js';
import { noColumn } from './eventTime.js';
import type { TimeShift } from './timeShift.js';

/** A column that a file itself does not have: of one value, the text of which is given; null: NULL. */
export interface AddedColumn {
  readonly field: Field;
  readonly text: string | null;
}

/** What is done to the rows of one file before they are rows of its source. */
export interface RowChanges {
  readonly added: readonly AddedColumn[];
  /** The column that counts from a midnight. */
  readonly shift: { readonly column: string; readonly by: TimeShift } | null;
  /** By column, how many times as large its values are as what they stand for. */
  readonly scales: ReadonlyMap<string, number>;
}

/** String columns that several files share their texts in, by name. */
export class SharedInterners {
  readonly #interners = new Map<string, ByteInterner | null>();

  /** The interners of a schema's columns. */
  of(fields: readonly Field[]): (ByteInterner | null)[] {
    return fields.map(({ name, type }) => {
      if (!hasDictionary(type)) return null;
      const key = `${type.kind} ${name}`;
      let interner = this.#interners.get(key);
      if (interner === undefined) {
        interner = new ColumnBuilder(type, 1).interner;
        this.#interners.set(key, interner);
      }
      return interner;
    });
  }
}

/**
 * Makes rows of a source out of rows of a file: adds columns that stand in its path, turns times of a day into points in time,
 * and divides. The columns that are added stand behind the file's own.
 */
export class RowCompletion {
  constructor(
    private readonly changes: RowChanges,
    readonly interners = new SharedInterners(),
  ) {}

  /** The declared columns that are to be found in the file itself; null where none are declared. */
  own(declared: readonly Field[] | null): readonly Field[] | null {
    if (declared === null) return null;
    return declared.filter(({ name }) => !this.isAdded(name));
  }

  /** All columns, given those of the file. Errors `MR3102` (a column that is to be changed is not there), `MR3704` (no number). */
  fields(label: string, own: readonly Field[]): readonly Field[] {
    const names = own.map(({ name }) => name);
    for (const name of [
      ...(this.changes.shift === null ? [] : [this.changes.shift.column]),
      ...this.changes.scales.keys(),
    ]) {
      const field = own.find(each => each.name === name);
      if (field === undefined) throw noColumn(label, name, names);
      const fits = ['int32', 'int64', 'float64', 'timestamp', 'decimal'].includes(field.type.kind);
      if (!fits) throw notANumber(label, field);
    }
    const twice = this.changes.added.find(({ field }) => names.includes(field.name));
    if (twice !== undefined) {
      throw new SourceError(
        'MR3705',
        `${label} has a column '${twice.field.name}' of its own, which its path names too.`,
        'Read it without the columns of its path: { partitions: false }.',
      );
    }
    return [...own.map(field => this.#retyped(field)), ...this.changes.added.map(({ field }) => field)];
  }

  #retyped(field: Field): Field {
    const { shift, scales } = this.changes;
    if (field.name === shift?.column) return { ...field, type: timestampType(shift.by.unit) };
    if (scales.has(field.name) && field.type.kind !== 'decimal') return { ...field, type: FLOAT64 };
    return field;
  }

  /** Whether a column is one that the file does not have. */
  isAdded(name: string): boolean {
    return this.changes.added.some(({ field }) => field.name === name);
  }

  /** Completes the rows of a builder from `from` on, of which the file's own columns are set. */
  complete(builder: BatchBuilder, from = 0): void {
    const { fields } = builder.schema;
    const to = builder.length;
    const { shift, scales, added } = this.changes;
    if (added.length === 0 && shift === null && scales.size === 0) return;
    builder.columns.forEach((column, i) => {
      const { name } = fields[i];
      const constant = added.find(({ field }) => field.name === name);
      if (constant !== undefined) fill(column, constant, from, to);
      else if (name === shift?.column) shift.by.apply(column, from, to);
      else {
        const scale = scales.get(name);
        if (scale !== undefined) divide(column, scale, from, to, fields[i]);
      }
    });
  }
}

/** Rows as the file has them. */
export const AS_THEY_ARE = new RowCompletion({ added: [], shift: null, scales: new Map() });

function fill(column: ColumnBuilder, { field, text }: AddedColumn, from: number, to: number): void {
  if (to === from) return;
  if (text === null) {
    for (let row = from; row < to; row++) column.setNull(row);
    return;
  }
  if (!readText(text, column, from)) throw noValue(field, text);
  if (column.isWide) {
    column.wide?.fill(column.wide[from], from, to);
  } else if (column.floats.length > 0) column.floats.fill(column.floats[from], from, to);
  else if (column.ints.length > 0) column.ints.fill(column.ints[from], from, to);
  else column.bytes.fill(column.bytes[from], from, to);
}

/** The error of a text in a path that is no value of its column. */
function noValue(field: Field, text: string): SourceError {
  return new SourceError(
    'MR3706',
    `'${field.name}=${text}' in a path is no ${typeName(field.type)}.`,
    'Declare the column as a string in the schema.',
  );
}

function divide(column: ColumnBuilder, scale: number, from: number, to: number, field: Field): void {
  const { floats, wide } = column;
  if (field.type.kind !== 'decimal') {
    if (column.isWide && wide !== null) for (let row = 0; row < to; row++) floats[row] = Number(wide[row]);
    column.isWide = false;
    for (let row = from; row < to; row++) floats[row] /= scale;
  } else if (column.isWide && wide !== null) {
    const by = BigInt(scale);
    for (let row = from; row < to; row++) {
      if (wide[row] % by !== 0n) throw inexact(field, scale);
      wide[row] /= by;
    }
  } else {
    for (let row = from; row < to; row++) {
      floats[row] /= scale;
      if (!Number.isInteger(floats[row])) throw inexact(field, scale);
    }
  }
}

function inexact(field: Field, scale: number): SourceError {
  return new SourceError(
    'MR3707',
    `a value of '${field.name}' divided by ${scale} has more digits than ${typeName(field.type)} has.`,
    'Declare more digits behind the point, or float64.',
  );
}

function notANumber(label: string, field: Field): SourceError {
  return new SourceError(
    'MR3704',
    `column '${field.name}' of ${label} is ${typeName(field.type)}, and is to be counted from a day or divided.`,
    'Name a column of numbers.',
  );
}
