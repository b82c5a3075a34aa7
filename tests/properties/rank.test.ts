import { expect, test } from 'vitest';
import { compareStrings } from '../../engine/src/functions/aggregate/text.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { RankNode } from '../../engine/src/plan/nodes/rank.js';
import { batchOf, cut, END, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { expectSameAfterMoves } from './moving.js';
import { forRandom, type Random } from './random.js';
import { keyText, text, type ResultRow } from './reference.js';
import { operatorOf, run } from './running.js';

type Column = keyof HistoryRow & ('time' | 'seq' | 'symbol' | 'level' | 'price' | 'size');
const COLUMNS: readonly Column[] = ['time', 'seq', 'symbol', 'level', 'price', 'size'];

/** Below 0 where a value comes first: NULL last in both directions, NaN the greatest number, text by code points. */
function compare(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const sign = descending ? -1 : 1;
  if (typeof a === 'string') return sign * Math.sign(compareStrings(a, b as string));
  if (Number.isNaN(a) || Number.isNaN(b)) return sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  return a < b! ? -sign : Number(a > b!) * sign;
}

/** Rows with their places, counted one by one. */
function reference({ order, within, columns }: RankNode, rows: readonly HistoryRow[]): ResultRow[] {
  const by = order.map(({ expr, descending }) => ({
    name: (expr as { name: Column }).name,
    descending,
  }));
  const placed = (a: HistoryRow, b: HistoryRow): number =>
    by.map(({ name, descending }) => compare(a[name], b[name], descending)).find(result => result !== 0) ?? 0;
  const alike = (a: HistoryRow, b: HistoryRow): number =>
    COLUMNS.map(name => compare(a[name], b[name], false)).find(result => result !== 0) ?? 0;
  const group = (row: HistoryRow): string => keyText(within.map(name => row[name as Column]));
  return rows.map((row, at) => {
    const mine = rows.map((other, k) => ({ other, k })).filter(({ other }) => group(other) === group(row));
    const before = mine.filter(({ other }) => placed(other, row) < 0);
    const tied = mine.filter(
      ({ other, k }) =>
        placed(other, row) === 0 && (alike(other, row) < 0 || (alike(other, row) === 0 && k <= at)),
    );
    const places = before.filter(
      ({ other }, k) => before.findIndex(each => placed(each.other, other) === 0) === k,
    );
    const values = {
      rank: before.length + 1,
      denseRank: places.length + 1,
      rowNumber: before.length + tied.length,
    };
    return [...COLUMNS.map(name => row[name]), ...columns.map(({ rank }) => BigInt(values[rank]))];
  });
}

function makeNode(random: Random): RankNode {
  const names = ['symbol', 'level', 'price', 'size', 'seq'];
  return {
    kind: 'rank',
    input: SOURCE,
    order: Array.from({ length: 1 + random.below(2) }, () => ({
      expr: { kind: 'column', name: random.pick(names) },
      descending: random.chance(0.5),
    })),
    within: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
    columns: [
      { name: 'place', rank: 'rank' },
      { name: 'dense', rank: 'denseRank' },
      { name: 'row', rank: 'rowNumber' },
    ],
  };
}

test('rows get the places that counting gives them, and stay in their order', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeHistory(random, random.below(60), { boundUs: 5, wide: random.chance(0.2) });
    const operator = operatorOf(node, 'final');
    const found = [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch =>
      run(operator, batch),
    );
    expect(found.map(({ row }) => text(row))).toEqual(reference(node, rows).map(text));
    expect(found.every(({ kind }) => kind === '+I')).toBe(true);
  }));

test('rows that are taken back have no place', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeHistory(random, 40, { boundUs: 5, wide: false });
    const gone = rows.filter(() => random.chance(0.3));
    const operator = operatorOf(node, 'final', 'retract');
    run(operator, batchOf(rows));
    run(operator, batchOf(gone, new Uint8Array(gone.length).fill(3)));
    const found = run(operator, END).map(({ row }) => text(row));
    const left = [...rows];
    for (const row of gone) {
      const at = left.findIndex(
        each => text(COLUMNS.map(name => each[name])) === text(COLUMNS.map(name => row[name])),
      );
      left.splice(at, 1);
    }
    expect(found.sort()).toEqual(reference(node, left).map(text).sort());
  }));

test('they go on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeHistory(random, 60, { boundUs: 5, wide: false });
    const history = [...cut(random, rows).map(piece => batchOf(piece)), END];
    expectSameAfterMoves(random, () => operatorOf(node, 'final'), history);
  }));
