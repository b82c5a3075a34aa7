import type { RowValue, ViewColumn } from '@millrace/protocol';
import { fullText } from '../format.js';
import type { Row, Value } from '../model/rows.js';

/** A row of a view that its reader asks about, or all of them, so that one can be chosen. */
export interface AskedRow {
  /** By which the kernel finds it; null: all rows. */
  readonly values: Readonly<Record<string, RowValue>> | null;
  /** The row as the way to it names it. */
  readonly text: string;
  /** Of which table of a chart it is, the first one being 0. */
  readonly part: number;
  /** Why it is no single row; null: it is one. */
  readonly note: string | null;
  /** Gives the focus back to where it was asked. */
  focus(): void;
}

/** What says which row of its table a row is: the rows' columns, and those of their key. */
interface RowShape {
  readonly columns: readonly ViewColumn[];
  readonly key: readonly string[];
}

/** Characters of a row's text, and of each of its values, at most. */
const MOST_TEXT = 90;
const MOST_VALUE = 40;
/** Values that tell rows without a key apart for people. */
const MOST_VALUES = 3;

/** The values by which a row is found: those of its key, or all where rows have none. They are exact. */
export function valuesOf(row: Row, shape: RowShape): Record<string, RowValue> {
  const values = Object.create(null) as Record<string, RowValue>;
  for (const [name, value] of named(row, shape)) values[name] = valueOf(value);
  return values;
}

/** A row as people name it: by its key, or its first values. */
export function rowText(row: Row, shape: RowShape): string {
  const typeOf = (name: string): string => shape.columns.find(column => column.name === name)?.type ?? '';
  const texts = named(row, shape)
    .slice(0, shape.key.length > 0 ? undefined : MOST_VALUES)
    .map(([name, value]) => cut(fullText(value, typeOf(name)), MOST_VALUE));
  return cut(texts.join(' · '), MOST_TEXT);
}

function named({ values }: Row, { columns, key }: RowShape): (readonly [string, Value])[] {
  const all = columns.map(({ name }, at) => [name, values[at] ?? null] as const);
  const own = all.filter(([name]) => key.includes(name));
  return key.length > 0 && own.length === key.length ? own : all;
}

/** A value as JSON can carry it. */
function valueOf(value: Value): RowValue {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
