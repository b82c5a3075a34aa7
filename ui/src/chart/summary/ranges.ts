import { toVegaValue, type ViewColumn } from '@millrace/protocol';
import { whole } from '../../format.js';
import { ColumnFormat } from '../../grid/columnFormat.js';
import type { Row, Value } from '../../model/rows.js';
import type { Drawn } from './describe.js';
import { plainText } from './plainText.js';

/** Series of which the values are told; how many others there are is said. */
const MOST_SERIES = 5;
/** Series that are told apart: of charts with more, all are told together. */
const MOST_KNOWN = 500;

/** The least, greatest and last values of a column. */
interface Reach {
  low: Value;
  high: Value;
  last: Value;
  lowNumber: number;
  highNumber: number;
  /** Where the last one is, along x. */
  at: number;
}

/** Where the rows of a table lie along what is drawn of them: `ts from 14:30 to 15:10. AAPL: price last 102.13, from 99.4 to 102.5`. */
export function rangesOf(
  rows: readonly Row[],
  columns: readonly ViewColumn[],
  drawn: Drawn,
  zone: string | undefined,
): string[] {
  const x = columnAt(columns, drawn.x);
  const y = columnAt(columns, drawn.y);
  const series = y === null ? null : columnAt(columns, drawn.series);
  const xReach = new Map<string, Reach>();
  const yReach = new Map<string, Reach>();
  rows.forEach((row, place) => {
    const xValue = x === null ? null : row.values[x.index];
    const along = x === null ? place : numberOf(x.column, xValue);
    if (x !== null) note(xReach, '', xValue, along, place);
    if (y === null) return;
    const value = row.values[y.index];
    const name = series === null ? '' : nameOf(row.values[series.index]);
    if (!yReach.has(name) && yReach.size >= MOST_KNOWN) return;
    note(yReach, name, value, numberOf(y.column, value), Number.isFinite(along) ? along : place);
  });
  return [
    ...(x === null ? [] : spans(x.column, xReach, zone)),
    ...(y === null ? [] : valuesOf(y.column, yReach, zone)),
  ];
}

interface Found {
  readonly column: ViewColumn;
  readonly index: number;
}

function columnAt(columns: readonly ViewColumn[], name: string | null): Found | null {
  const index = name === null ? -1 : columns.findIndex(column => column.name === name);
  return index < 0 ? null : { column: columns[index], index };
}

/** A value as a number that is drawn; NaN for what has no place along an axis. */
function numberOf({ type }: ViewColumn, value: Value): number {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return NaN;
  return Number(toVegaValue(type, value));
}

function nameOf(value: Value): string {
  return value === null ? 'NULL' : value === '' ? 'empty text' : plainText(String(value));
}

function note(reaches: Map<string, Reach>, name: string, value: Value, number: number, at: number): void {
  if (!Number.isFinite(number)) return;
  const reach = reaches.get(name);
  if (reach === undefined) {
    reaches.set(name, { low: value, high: value, last: value, lowNumber: number, highNumber: number, at });
    return;
  }
  if (number < reach.lowNumber) [reach.low, reach.lowNumber] = [value, number];
  if (number > reach.highNumber) [reach.high, reach.highNumber] = [value, number];
  if (at >= reach.at) [reach.last, reach.at] = [value, at];
}

function spans(column: ViewColumn, reaches: ReadonlyMap<string, Reach>, zone: string | undefined): string[] {
  const reach = reaches.get('');
  if (reach === undefined) return [];
  const write = writer(column, [reach.low, reach.high], zone);
  return [`${plainText(column.name)} from ${write(reach.low)} to ${write(reach.high)}`];
}

function valuesOf(
  column: ViewColumn,
  reaches: ReadonlyMap<string, Reach>,
  zone: string | undefined,
): string[] {
  const all = [...reaches];
  const told = all.slice(0, MOST_SERIES);
  const write = writer(
    column,
    told.flatMap(([, { low, high, last }]) => [low, high, last]),
    zone,
  );
  const lines = told.map(([name, { low, high, last }]) => {
    const whose = name === '' ? plainText(column.name) : name;
    return `${whose}: last ${write(last)}, from ${write(low)} to ${write(high)}`;
  });
  const left = all.length - told.length;
  const rest = left === 0 ? [] : [`And ${whole(left)}${reaches.size >= MOST_KNOWN ? ' or more' : ''} others`];
  return [...lines, ...rest];
}

/** Writes values as a table of them would. */
function writer(column: ViewColumn, values: readonly Value[], zone: string | undefined) {
  const format = new ColumnFormat(column, 0, zone === undefined ? {} : { zone });
  for (const value of values) format.learn(value);
  return (value: Value): string => format.text(value);
}
