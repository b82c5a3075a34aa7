import { types } from 'node:util';
import { ends, type CellText, type TextTable } from './html.js';
import { cut, inspected, ownProperty, storedProperty } from './safely.js';

/** Rows of a list of objects that are shown as a table. */
const MOST_ROWS = 20;
const MOST_COLUMNS = 30;

/** Characters of a cell. */
const MOST_TEXT = 300;

type PlainRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a list of plain objects, none with a getter among those that would be shown. */
export function isRecordList(value: unknown): value is readonly PlainRecord[] {
  if (types.isProxy(value) || !Array.isArray(value) || value.length === 0) return false;
  for (let i = 0; i < value.length; i++) {
    const item = ownProperty(value, i);
    if (item.kind !== 'value' || !isPlainRecord(item.value)) return false;
  }
  return true;
}

function isPlainRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A list of plain objects as a table; null where it would be one of too many columns or of none. */
export function recordTable(rows: readonly PlainRecord[]): TextTable | null {
  const { shown, gapBefore } = ends(rows, MOST_ROWS);
  const names = new Set<string>();
  for (const row of shown) {
    for (const name of Object.keys(row)) {
      if (names.size > MOST_COLUMNS) return null;
      names.add(name);
    }
  }
  const columns = [...names];
  if (columns.length === 0 || columns.length > MOST_COLUMNS) return null;
  const read = shown.map(row => columns.map(column => ownProperty(row, column)));
  if (read.some(cells => cells.some(cell => cell.kind === 'accessor'))) return null;
  const values = read.map(cells => cells.map(cell => (cell.kind === 'value' ? cell.value : undefined)));
  return {
    columns,
    rows: values.map(cells => cells.map(cellText)),
    numeric: columns.map((_, i) => values.every(cells => isNumberOrNone(cells[i]))),
    gapBefore,
  };
}

function isNumberOrNone(value: unknown): boolean {
  return value === null || ['number', 'bigint', 'undefined'].includes(typeof value);
}

/** A value as the text of a cell. */
export function cellText(value: unknown): CellText {
  if (value === undefined) return '';
  if (value === null) return null;
  if (typeof value === 'string') return cut(value, MOST_TEXT);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return cut(String(value), MOST_TEXT);
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
  }
  // Temporal values of any implementation say what they are, and know their text.
  if (typeof value === 'object' && !types.isProxy(value)) {
    const tag = storedProperty(value, Symbol.toStringTag);
    if (tag.kind === 'value' && typeof tag.value === 'string' && tag.value.startsWith('Temporal.')) {
      return String(value as { toString(): string });
    }
  }
  return inspected(value, { depth: 1, most: MOST_TEXT, line: true });
}
