import { inspect } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { MimeBundle } from '../runner/contract.js';
import { ends, htmlTable, plainTable, type CellText, type TextTable } from './html.js';
import type { MimeValue } from './types.js';

/** The method by which an object says how it is shown, as other TypeScript kernels have it too. */
export const JUPYTER_DISPLAY = Symbol.for('Jupyter.display');

/** Rows of a list of objects that are shown as a table. */
const MOST_ROWS = 20;
const MOST_COLUMNS = 30;

/** A value that is shown as the given bundle, wherever it ends up in a cell's output. */
export function mimeValue(bundle: MimeBundle): MimeValue {
  return Object.freeze({ [JUPYTER_DISPLAY]: () => bundle });
}

/** A bundle that the value makes by itself, or a promise of it; null where it makes none. */
export function ownBundle(value: unknown): MimeBundle | Promise<MimeBundle> | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null;
  const method = (value as Record<symbol, unknown>)[JUPYTER_DISPLAY];
  return typeof method === 'function' ? (method.call(value) as MimeBundle | Promise<MimeBundle>) : null;
}

/** The method by which a value says what its output's metadata is to have. */
const OUTPUT_METADATA = Symbol.for('millrace.outputMetadata');

/** The metadata of a value's output. */
export function ownMetadata(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {};
  const method = (value as Record<symbol, unknown>)[OUTPUT_METADATA];
  return typeof method === 'function' ? (method.call(value) as Readonly<Record<string, unknown>>) : {};
}

/** Any value as text, lists of plain objects as a table too. */
export function valueBundle(value: unknown): MimeBundle {
  const text = isNativeError(value)
    ? (value.stack ?? String(value))
    : inspect(value, { depth: 4, maxArrayLength: 100 });
  const table = isRecordList(value) ? recordTable(value) : null;
  if (table === null) return { 'text/plain': text };
  const length = (value as readonly unknown[]).length;
  const caption = length === 1 ? '1 row' : `${length.toLocaleString('en-US')} rows`;
  return { 'text/plain': `${plainTable(table)}\n${caption}`, 'text/html': htmlTable(table, caption) };
}

type PlainRecord = Readonly<Record<string, unknown>>;

function isRecordList(value: unknown): value is readonly PlainRecord[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPlainRecord);
}

function isPlainRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function recordTable(rows: readonly PlainRecord[]): TextTable | null {
  const { shown, gapBefore } = ends(rows, MOST_ROWS);
  const columns = [...new Set(shown.flatMap(row => Object.keys(row)))];
  if (columns.length === 0 || columns.length > MOST_COLUMNS) return null;
  const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';
  const numeric = columns.map(column => shown.every(row => row[column] == null || isNumber(row[column])));
  return {
    columns,
    rows: shown.map(row => columns.map(column => cellText(row[column]))),
    numeric,
    gapBefore,
  };
}

function cellText(value: unknown): CellText {
  if (value === undefined) return '';
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  // Temporal values of any implementation say what they are, and know their text.
  const tag = (value as Record<symbol, unknown>)[Symbol.toStringTag];
  if (typeof tag === 'string' && tag.startsWith('Temporal.')) return String(value);
  return inspect(value, { depth: 1, breakLength: Infinity });
}
