import { expect } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { batchOf, cut, END, type HistoryRow } from './histories.js';
import type { Random } from './random.js';
import { text, type ResultRow } from './reference.js';
import { batches, ticked, type Change, type Integral } from './running.js';

/** The table of an operator's changes, and how its rows are put so that their key comes first. */
interface Told {
  table(): Integral;
  keyed(row: ResultRow): ResultRow;
  /** The rows that are taken back; none: all come. */
  readonly back?: ReadonlySet<HistoryRow>;
}

/**
 * Gives rows to one operator one by one and to another in random pieces, with periods that end at the same places: after every piece both
 * have told the same.
 */
export function expectSameForAnyCutting(
  random: Random,
  rows: readonly HistoryRow[],
  make: () => Operator,
  { table, keyed, back }: Told,
): void {
  const batchOfRows = (piece: readonly HistoryRow[]): Batch =>
    batchOf(piece, back === undefined ? null : Uint8Array.from(piece, row => (back.has(row) ? 3 : 0)));
  const operators = [make(), make()] as const;
  const tables = [table(), table()] as const;
  const apply = (at: 0 | 1, changes: readonly Change[]): void =>
    tables[at].apply(changes.map(change => ({ ...change, row: keyed(change.row) })));
  const told = (at: 0 | 1): string[] => [...tables[at].rows.values()].map(text).sort();
  for (const piece of cut(random, rows)) {
    for (const changes of batches(operators[0], batchOfRows(piece))) apply(0, changes);
    for (const row of piece)
      for (const changes of batches(operators[1], batchOfRows([row]))) apply(1, changes);
    expect(told(0)).toEqual(told(1));
    if (random.chance(0.3)) {
      apply(0, ticked(operators[0]));
      apply(1, ticked(operators[1]));
      expect(told(0)).toEqual(told(1));
    }
  }
  for (const at of [0, 1] as const) for (const changes of batches(operators[at], END)) apply(at, changes);
  expect(told(0)).toEqual(told(1));
}
