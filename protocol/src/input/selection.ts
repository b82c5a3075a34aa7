import { isWellFormed } from './wellFormed.js';

/** One column that a selection in a chart chooses rows by. */
export interface SelectionField {
  readonly column: string;
  /** What its values are compared as: numbers, times in microseconds since 1970 UTC, texts. */
  readonly kind: 'number' | 'time' | 'text';
  /** From a value to another one, or some values. */
  readonly way: 'range' | 'values';
}

/** How a selection is made: rows within all ranges of a rectangle, or rows that are like some that were chosen. */
export type SelectionMode = 'interval' | 'point';

/** A chosen value: a number, whole microseconds, or a text. */
export type Chosen = number | string;

/**
 * What is selected: of an interval, for each field its two ends, or its values; of points, for each of them its value in each field. An empty list
 * selects all rows.
 */
export type Selected = readonly (readonly Chosen[])[];

/** Values of a field, or points, that are selected at most: each is compared with every row. */
export const MOST_SELECTED = 20;

/** Characters of a chosen text at most. */
const MOST_TEXT = 1000;

type SelectionOf = { readonly mode: SelectionMode; readonly fields: readonly SelectionField[] };

/**
 * Reads what comes from outside as what a selection can hold.
 *
 * @param text JSON of a `Selected`, or nothing where nothing is selected
 * @returns null for what it cannot hold
 */
export function readSelected({ mode, fields }: SelectionOf, text: unknown): Selected | null {
  if (typeof text !== 'string' || text.length > MOST_SELECTED * fields.length * (MOST_TEXT + 10) * 2)
    return null;
  if (text === '') return [];
  let lists: unknown;
  try {
    lists = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(lists) || !lists.every(Array.isArray)) return null;
  const rows = lists as unknown[][];
  if (rows.length === 0) return [];
  return mode === 'interval' ? readInterval(fields, rows) : readPoints(fields, rows);
}

/** What is selected as text, one for each of it. */
export function selectedText(selected: Selected): string {
  return selected.length === 0 ? '' : JSON.stringify(selected);
}

function readInterval(fields: readonly SelectionField[], rows: readonly unknown[][]): Selected | null {
  if (rows.length !== fields.length) return null;
  const read: Chosen[][] = [];
  for (const [at, { kind, way }] of fields.entries()) {
    const values = rows[at].map(value => chosen(kind, value));
    const isCounted =
      way === 'range' ? values.length === 2 : values.length >= 1 && values.length <= MOST_SELECTED;
    if (!isCounted || !values.every(value => value !== null)) return null;
    if (way === 'range' && Number(values[0]) > Number(values[1])) values.reverse();
    read.push(values);
  }
  return read;
}

function readPoints(fields: readonly SelectionField[], rows: readonly unknown[][]): Selected | null {
  if (rows.length > MOST_SELECTED) return null;
  const read: Chosen[][] = [];
  for (const row of rows) {
    const values = fields.map(({ kind }, at) => chosen(kind, row[at]));
    if (row.length !== fields.length || !values.every(value => value !== null)) return null;
    read.push(values);
  }
  return read;
}

function chosen(kind: SelectionField['kind'], value: unknown): Chosen | null {
  if (kind === 'text')
    return typeof value === 'string' && value.length <= MOST_TEXT && isWellFormed(value) ? value : null;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  if (kind === 'time' && !Number.isSafeInteger(value)) return null;
  return value === 0 ? 0 : value;
}
