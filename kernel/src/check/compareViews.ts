import { linesOf, scatterOf, type ViewOutput } from '@millrace/protocol';
import {
  differencesText,
  floatText,
  rowDifferences,
  type RowDifferences,
  type TextRows,
} from 'millrace/session';
import { valueText, viewRows } from '../display/viewRows.js';
import type { OutputDifference } from './compareOutputs.js';
import { isObject } from './notebook.js';

/** So many rows that differ are shown. */
const MOST_SHOWN = 10;

/** A live table or chart as an output has it. */
interface ShownTable {
  readonly state: string;
  readonly error: string | null;
  readonly total: number;
  readonly rejected: number;
  readonly rows: TextRows;
}

/** Compares the rows of two views at their end. A text says why they are not compared. */
export function compareViews(saved: unknown, now: unknown): OutputDifference | string | null {
  const before = shownTable(saved);
  if (before === null) return { text: 'the saved table cannot be read', rows: null };
  const after = shownTable(now);
  if (after === null) return { text: 'the table of the run cannot be read', rows: null };
  if (before.state !== 'ended' && before.state !== 'failed') {
    return `it was saved while it was ${before.state}, before its end`;
  }
  if (after.state === 'failed' || before.state === 'failed') {
    if (after.state === before.state && after.error === before.error) return null;
    return { text: `it ${stateText(before)}, and now it ${stateText(after)}`, rows: null };
  }
  if (after.state !== 'ended') return `it does not come to an end: it is ${after.state}`;
  const rows = savedDifferences(before, after);
  if (rows !== null && before.total === after.total && isThinned(saved, before))
    return `of its ${before.total} rows others were saved to make its picture, as wide as it was, than are now`;
  if (rows !== null) return { text: differencesText(rows, MOST_SHOWN, 'saved'), rows };
  if (before.rejected === after.rejected) return null;
  return {
    text: `${before.rejected} rows could not be read when it was saved, and ${after.rejected} now`,
    rows: null,
  };
}

/** Whether the saved rows are those that make the pixels of a chart: which they are depends on how wide it was where it was saved. */
function isThinned(saved: unknown, { total, rows }: ShownTable): boolean {
  const { view, columns } = saved as ViewOutput;
  if (!isObject(view) || view.kind !== 'chart' || rows.key.length > 0 || rows.rows.length === total)
    return false;
  return linesOf(view.chart, columns) !== null || scatterOf(view.chart, columns) !== null;
}

/** Of large tables the newest rows alone are there, which need not be the same ones: then those that both have are compared. */
function savedDifferences(before: ShownTable, after: ShownTable): RowDifferences | null {
  const totals = { pinned: before.total, now: after.total };
  const isWhole = before.rows.rows.length === before.total && after.rows.rows.length === after.total;
  const { key } = after.rows;
  const both = isWhole || key.length === 0 ? [before.rows, after.rows] : commonRows(before.rows, after.rows);
  const found = rowDifferences(both[0], both[1]);
  if (found !== null) return { ...found, rows: totals };
  if (before.total === after.total) return null;
  return {
    columns: after.rows.columns.map(([name]) => name),
    rows: totals,
    counts: { changed: 0, missing: 0, extra: 0 },
    differences: [],
    ranges: [],
    schema: [],
  };
}

function commonRows(one: TextRows, other: TextRows): [TextRows, TextRows] {
  const keysOf = ({ rows, columns, key }: TextRows): string[] => {
    const at = key.map(name => columns.findIndex(([column]) => column === name));
    return rows.map(row => JSON.stringify(at.map(column => row[column])));
  };
  const [keys, others] = [keysOf(one), keysOf(other)];
  const [known, otherKnown] = [new Set(keys), new Set(others)];
  return [
    { ...one, rows: one.rows.filter((_, at) => otherKnown.has(keys[at])) },
    { ...other, rows: other.rows.filter((_, at) => known.has(others[at])) },
  ];
}

function stateText({ state, error }: ShownTable): string {
  return state === 'failed' ? `fails: ${error ?? 'nobody knows why'}` : 'has rows';
}

/** The rows of a view's data; null for what is none. */
function shownTable(data: unknown): ShownTable | null {
  if (!isObject(data) || !isObject(data.snapshot)) return null;
  try {
    const { columns, key, snapshot } = data as unknown as ViewOutput;
    const { state, error, total, rejected } = snapshot.status;
    const decoded = viewRows(Buffer.from(snapshot.arrow, 'base64'), columns);
    const rows = Array.from({ length: decoded.count }, (_, row) =>
      columns.map(({ type }, column) => {
        const value = decoded.at(column, row);
        return typeof value === 'number' && type === 'float64' ? floatText(value) : valueText(value, type);
      }),
    );
    const named = columns.map(({ name, type }) => [name, type] as const);
    return {
      state,
      error,
      total: Number(total),
      rejected: Number(rejected),
      rows: { columns: named, key, rows },
    };
  } catch {
    return null;
  }
}
