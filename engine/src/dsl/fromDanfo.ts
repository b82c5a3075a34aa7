import type * as flechette from '@uwdata/flechette';
import { MillraceError } from '../columns/error.js';
import { canonicalJson } from '../columns/json.js';
import { FLOAT64, STRING, typeName, type Field } from '../columns/types.js';
import { arrowColumn, inferColumn } from './arrowColumns.js';
import { instantOfDate, rememberedFields } from './danfoValues.js';

/** What is read of a DataFrame or a Series of danfojs. */
interface Frame {
  readonly $isSeries: boolean;
  readonly $columns: readonly string[];
  readonly $dtypes: readonly string[];
  readonly $index: readonly unknown[];
  readonly $data: readonly unknown[];
}

/** A column of a DataFrame with its type. */
interface FrameColumn {
  readonly field: Field;
  readonly column: flechette.Column<unknown>;
}

/**
 * The columns of a DataFrame or a Series. A type is the declared one, else the one that the column had when `toDanfo` made it and that
 * its values still fit, else what the values are.
 */
export function columnsOfDanfo(frame: unknown, declared: readonly Field[] | null): readonly FrameColumn[] {
  const { $isSeries, $columns, $dtypes, $data } = checkedFrame(frame);
  const remembered = rememberedFields(frame as object);
  const missing = declared?.find(({ name }) => !$columns.includes(name));
  if (missing !== undefined) {
    throw new MillraceError('MR4107', `the DataFrame has no column '${missing.name}', which the schema has.`);
  }
  const names = declared?.map(({ name }) => name) ?? $columns;
  return names.map(name => {
    const at = $columns.indexOf(name);
    const values = $data.map(row => valueOf($isSeries ? row : (row as readonly unknown[])[at]));
    const given = declared?.find(field => field.name === name);
    if (given !== undefined) return columnOf(given, values);
    const before = remembered.find(field => field.name === name);
    const kept = before === undefined ? null : fitting(before, values);
    return kept ?? columnOf(inferred(name, values, $dtypes[at]), values);
  });
}

/** A value of danfojs as one of ours. */
function valueOf(value: unknown): unknown {
  if (value === undefined) return null;
  if (!(value instanceof Date)) return value;
  return Number.isNaN(value.getTime()) ? null : instantOfDate(value);
}

function inferred(name: string, values: readonly unknown[], dtype: string): Field {
  const field = inferColumn(name, values);
  // A column of floats stays one when its values happen to be whole; one of nothing but NULL says its type by danfojs's name.
  const isFloat =
    dtype === 'float32' && (field.type.kind === 'int64' || values.every(value => value === null));
  return isFloat ? { ...field, type: FLOAT64 } : field;
}

function fitting(field: Field, values: readonly unknown[]): FrameColumn | null {
  try {
    return columnOf({ ...field, nullable: field.nullable || values.includes(null) }, values);
  } catch (error) {
    if (error instanceof MillraceError) return null;
    throw error;
  }
}

function columnOf(field: Field, values: readonly unknown[]): FrameColumn {
  if (!field.nullable && values.includes(null)) {
    throw new MillraceError(
      'MR4107',
      `column '${field.name}' is ${typeName(field.type)} without NULL, and has some.`,
      `Let it have NULL: schema({ ${field.name}: ….nullable() }).`,
    );
  }
  if (field.type.kind !== 'json') return { field, column: arrowColumn(field, values) };
  // Nested values are text in a DataFrame, in which numbers keep all their digits.
  const texts = values.map(value => (typeof value === 'string' ? jsonText(field.name, value) : value));
  const isText = texts.every(text => text === null || typeof text === 'string');
  return { field, column: arrowColumn(isText ? { ...field, type: STRING } : field, texts) };
}

function jsonText(name: string, text: string): string {
  const canonical = canonicalJson(text);
  if (canonical === null) throw new MillraceError('MR4107', `column '${name}' holds a text that is no JSON.`);
  return canonical;
}

function checkedFrame(frame: unknown): Frame {
  const parts = (typeof frame === 'object' && frame !== null ? frame : {}) as Partial<Frame>;
  const lists = [parts.$columns, parts.$dtypes, parts.$data, parts.$index];
  if (typeof parts.$isSeries === 'boolean' && lists.every(list => Array.isArray(list))) return parts as Frame;
  throw new MillraceError(
    'MR4108',
    'Table.fromDanfo() takes a DataFrame or a Series of danfojs.',
    'Columns as arrays make a table, too: Table.of({ symbol: ["A", "B"] }).',
  );
}
