import { expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import type { IntervalJoinNode } from '../../engine/src/plan/nodes/intervalJoin.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import { checkMarks, feedAtRandom, Graph, inOrder, planOf } from './graph.js';
import { batchOf, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { keyText, text } from './reference.js';

const LEFT: SourceNode = { ...SOURCE, name: 'left' };
const RIGHT: SourceNode = { ...SOURCE, name: 'right' };

const key = (left: string, right = left) => ({ left, right });
const column = (name: string): Expr => ({ kind: 'column', name });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });

/** Conditions, and what they say of two rows. */
const CONDITIONS: readonly {
  readonly expr: Expr;
  readonly holds: (l: HistoryRow, r: HistoryRow) => boolean;
}[] = [
  {
    expr: call('gt', column('left.price'), column('right.price')),
    // NaN is the greatest number.
    holds: (l, r) =>
      l.price !== null &&
      r.price !== null &&
      (Number.isNaN(l.price) ? !Number.isNaN(r.price) : l.price > r.price),
  },
  {
    expr: call('ne', column('left.symbol'), column('right.symbol')),
    holds: (l, r) => l.symbol !== null && r.symbol !== null && l.symbol !== r.symbol,
  },
  { expr: call('lt', column('left.size'), column('right.size')), holds: (l, r) => l.size < r.size },
];

function makeNode(random: Random): { node: IntervalJoinNode; condition: (typeof CONDITIONS)[number] | null } {
  const lowUs = random.pick([-40, -10, -3, 0, 2]);
  const condition = random.chance(0.4) ? random.pick(CONDITIONS) : null;
  const node: IntervalJoinNode = {
    kind: 'intervalJoin',
    inputs: [LEFT, RIGHT],
    keys: random.pick([
      [],
      [key('symbol')],
      [key('symbol')],
      [key('level')],
      [key('symbol'), key('level')],
      [key('seq', 'size')],
    ]),
    lowUs,
    highUs: lowUs + random.pick([0, 0, 3, 10, 40]),
    how: random.pick(['inner', 'left', 'right', 'full', 'semi', 'anti']),
    suffix: '_right',
    where: condition?.expr ?? null,
  };
  return { node, condition };
}

const fieldsOf = (row: HistoryRow | null): Value[] =>
  FIELDS.map(({ name }) => (row === null ? null : row[name as keyof HistoryRow]));

/** The rows of a join in the order in which they come out, computed the plainest way. */
function reference(
  { node, condition }: ReturnType<typeof makeNode>,
  lefts: readonly HistoryRow[],
  rights: readonly HistoryRow[],
): Value[][] {
  const { keys, lowUs, highUs, how } = node;
  const meets = (l: HistoryRow, r: HistoryRow): boolean => {
    const [a, b] = [
      keys.map(each => l[each.left as keyof HistoryRow]),
      keys.map(each => r[each.right as keyof HistoryRow]),
    ];
    const distance = Number(r.time) - Number(l.time);
    return (
      !a.includes(null) &&
      keyText(a) === keyText(b) &&
      distance >= lowUs &&
      distance <= highUs &&
      (condition === null || condition.holds(l, r))
    );
  };
  const out = (l: HistoryRow | null, r: HistoryRow | null): Value[] => {
    const left = fieldsOf(l);
    if (l === null) {
      for (const each of keys)
        left[FIELDS.findIndex(({ name }) => name === each.left)] = r![each.right as keyof HistoryRow];
    }
    const keyed = keys.map(each => each.right);
    return [...left, ...fieldsOf(r).filter((_, k) => !keyed.includes(FIELDS[k].name))];
  };
  const [left, right] = [inOrder(lefts), inOrder(rights)];
  if (how === 'right') {
    return right.flatMap(r => {
      const met = left.filter(l => meets(l, r));
      return met.length === 0 ? [out(null, r)] : met.map(l => out(l, r));
    });
  }
  const rows = left.flatMap(l => {
    const met = right.filter(r => meets(l, r));
    const at = Number(l.time);
    if (how === 'semi' || how === 'anti')
      return met.length > 0 === (how === 'semi') ? [{ at, row: fieldsOf(l) }] : [];
    if (met.length === 0) return how === 'inner' ? [] : [{ at, row: out(l, null) }];
    return met.map(r => ({ at, row: out(l, r) }));
  });
  if (how === 'full') {
    const alone = right.filter(r => !left.some(l => meets(l, r)));
    // A right row comes behind the last left row that it could have met.
    rows.push(...alone.map(r => ({ at: Number(r.time) - lowUs, row: out(null, r) })));
    rows.sort((a, b) => a.at - b.at);
  }
  return rows.map(({ row }) => row);
}

test('pairs, and rows without any, come out in order, for any cutting, any interleaving and across snapshots', () =>
  forRandom(random => {
    const made = makeNode(random);
    const { node } = made;
    const histories = [0, 1].map(() =>
      makeHistory(random, random.below(70), {
        boundUs: random.pick([0, 5, 40]),
        wide: random.chance(0.2),
      }),
    );
    const wanted = reference(made, histories[0], histories[1]).map(text);
    const plan = planOf(node);
    const { fields } = plan.table.schema;
    const time = fields.findIndex(({ name }) => name === plan.table.time);
    for (const restarts of [false, true]) {
      const graph = new Graph(plan);
      feedAtRandom(random, graph, histories, restarts);
      expect(graph.rows.map(({ row }) => text(row))).toEqual(wanted);
      checkMarks(graph.rows, row => (time < 0 ? null : row[time]));
      graph.rows.forEach(({ row }) =>
        row.forEach((value, k) => {
          if (value === null && !fields[k].nullable) throw new Error(`${fields[k].name} is NULL`);
        }),
      );
      expect(graph.watermark).toBe(Infinity);
      expect(graph.stateRows()).toBe(0);
    }
  }));

const row = (time: number, size = 1): HistoryRow => ({
  ...{ time: BigInt(time), seq: 0n, symbol: 'a', level: null, price: 1, size: BigInt(size) },
  mark: time,
});
const NEAR: IntervalJoinNode = {
  kind: 'intervalJoin',
  inputs: [LEFT, RIGHT],
  keys: [key('symbol')],
  lowUs: -10,
  highUs: 5,
  how: 'left',
  suffix: '_right',
  where: null,
};

test('a left row waits until no partner can come, and no longer where the right is silent', () => {
  const graph = new Graph(planOf(NEAR));
  graph.push(1, batchOf([row(95), row(100)]));
  graph.push(0, batchOf([row(100), row(200)]));
  expect(graph.rows).toEqual([]);
  graph.push(1, batchOf([row(106)]));
  expect(graph.rows.map(({ row: out }) => out.at(6))).toEqual([95n, 100n]);
  expect(graph.watermark).toBe(101);
  graph.push(0, batchOf([row(300)]));
  graph.idle(1, true);
  expect(graph.rows.map(({ row: out }) => out.at(6))).toEqual([95n, 100n, null]);
  expect(graph.watermark).toBe(300);
  graph.idle(1, false);
  graph.push(0, END);
  graph.push(1, END);
  expect(graph.rows.map(({ row: out }) => out.at(6))).toEqual([95n, 100n, null, null]);
});

test('more pairs than go into one batch come out all, and each row without one where it belongs', () => {
  for (const how of ['inner', 'left', 'full'] as const) {
    const graph = new Graph(planOf({ ...NEAR, lowUs: 0, highUs: 300, how }));
    const rights = Array.from({ length: 400 }, (_, k) => row(k));
    const lefts = Array.from({ length: 400 }, (_, k) => row(k + 200));
    graph.push(1, batchOf(rights));
    graph.push(1, END);
    graph.push(0, batchOf(lefts));
    graph.push(0, END);
    const pairs = (200 * 201) / 2;
    const alone = { inner: 0, left: 200, full: 400 }[how];
    expect(graph.rows.length).toBe(pairs + alone);
    checkMarks(graph.rows, ({ length, 0: time }) => (length === 0 ? null : time));
  }
});

test('rows are given up once they have no partner to wait for', () => {
  for (const how of ['inner', 'full', 'right', 'anti'] as const) {
    const graph = new Graph(planOf({ ...NEAR, how, where: null }));
    let most = 0;
    for (let from = 0; from < 20_000; from += 500) {
      const times = Array.from({ length: 500 }, (_, k) => from + k);
      graph.push(1, batchOf(times.map(time => ({ ...row(time), symbol: `s${time % 2000}` }))));
      graph.push(0, batchOf(times.map(time => ({ ...row(time), symbol: `s${(time * 7) % 2000}` }))));
      most = Math.max(most, graph.stateRows());
    }
    expect(most).toBeLessThan(2000);
  }
});
