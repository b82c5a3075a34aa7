import { expect, test } from 'vitest';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { ROW_FUNCTIONS } from '../../engine/src/functions/rolling/registry.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { RollingNode } from '../../engine/src/plan/nodes/rolling.js';
import { batchOf, cut, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom } from './random.js';
import { same, text } from './reference.js';
import { Chain, makeNode, rolledRows, ROW_CALLS, rowCall } from './rollingReference.js';

/** The rows that are neither late nor untimed, in event order. */
function inOrder(rows: readonly HistoryRow[]): HistoryRow[] {
  let mark = -Infinity;
  const kept = rows.filter(row => {
    const late = row.time === null || Number(row.time) < mark;
    mark = Math.max(mark, row.mark);
    return !late;
  });
  return kept.sort((a, b) => Number(a.time) - Number(b.time) || Number(a.seq - b.seq));
}

/** What comes out of a plan's operators. */
class Taken extends Chain {
  readonly rows: { readonly row: Value[]; readonly mark: number }[] = [];

  constructor(physical: readonly PhysicalOperator[]) {
    super(physical, out => {
      for (let i = 0; i < out.length; i++)
        this.rows.push({ row: out.columns.map(each => valueAt(each, i)), mark: out.marks![i] });
    });
  }
}

function physicalOf(node: RollingNode): readonly PhysicalOperator[] {
  const relations = bindPlan(node, source => sourceRelationOf(source, FIELDS));
  return planPhysical(node, relations).operators;
}

test('every row function is held to its reference here', () => {
  const called = new Set(ROW_CALLS.map(call => call.fn));
  expect([...ROW_FUNCTIONS.keys()].filter(name => !called.has(name))).toEqual([]);
});

test('each row comes out once with what its key has seen, for any cutting, any order and across snapshots', () =>
  forRandom(random => {
    const node = makeNode(random);
    const physical = physicalOf(node);
    const rows = makeHistory(random, 20 + random.below(70), {
      boundUs: random.pick([0, 5, 40]),
      wide: random.chance(0.25),
    });
    const wanted = rolledRows(node, inOrder(rows));
    const runs = [false, true].map(restarts => {
      const chain = new Taken(physical);
      for (const piece of cut(random, rows)) {
        chain.push(batchOf(piece));
        if (restarts && random.chance(0.15)) chain.restart();
      }
      chain.push(END);
      return chain.rows;
    });
    for (const out of runs) {
      expect(out.length).toBe(wanted.length);
      out.forEach(({ row }, i) => {
        const at = row.findIndex(
          (value, k) => !(same(value, wanted[i][k]) || Object.is(value, wanted[i][k])),
        );
        if (at >= 0) throw new Error(`row ${i}, column ${at}: ${text(row)} should be ${text(wanted[i])}`);
      });
      checkMarks(out);
    }
    expect(runs[1].map(({ mark }) => mark)).toEqual(runs[0].map(({ mark }) => mark));
  }));

/** Marks never fall, and no row is older than the mark that it carries. */
function checkMarks(rows: readonly { readonly row: Value[]; readonly mark: number }[]): void {
  let highest = -Infinity;
  for (const { row, mark } of rows) {
    if (!(mark >= highest) || Number(row[0]) < mark)
      throw new Error(`mark ${mark} after ${highest} of ${text(row)}`);
    highest = mark;
  }
}

test('a sum from which everything has been taken is exactly zero again, whatever passed through it', () => {
  const node: RollingNode = {
    kind: 'rolling',
    input: SOURCE,
    keys: [],
    frame: { kind: 'rows', rows: 2, behind: 0 },
    columns: [{ name: 's', over: 'frame', call: rowCall('sum', ['price']) }],
  };
  const chain = new Taken(physicalOf(node));
  const prices = [0.1, 1e300, -1e300, 1e-300, Infinity, 5, NaN, 0.2, null, null, 0.3];
  const rows = prices.map((price, i) => ({
    time: BigInt(i),
    seq: 0n,
    symbol: 'a',
    level: 0,
    price,
    size: 1n,
    mark: i,
  }));
  chain.push(batchOf(rows));
  chain.push(END);
  const sums = chain.rows.map(({ row }) => row.at(-1));
  expect(sums).toEqual([0.1, 1e300, 0, -1e300, Infinity, Infinity, NaN, NaN, 0.2, null, 0.3]);
});
