import { expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import { AGGREGATES } from '../../engine/src/functions/aggregate/registry.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { WindowJoinNode } from '../../engine/src/plan/nodes/windowJoin.js';
import { randomCall, valueOf } from './aggregateCalls.js';
import { checkMarks, feedAtRandom, Graph, inOrder, planOf } from './graph.js';
import { ALL_CALLS, batchOf, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { keyText, same, text } from './reference.js';

const LEFT: SourceNode = { ...SOURCE, name: 'left' };
const RIGHT: SourceNode = { ...SOURCE, name: 'right' };
const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2);

const key = (left: string, right = left) => ({ left, right });

function makeNode(random: Random, prevailing = random.chance(0.5)): WindowJoinNode {
  const definitions = [...AGGREGATES.values()];
  const drawn = Array.from({ length: random.below(4) }, () => randomCall(random, random.pick(definitions)));
  const plain = ALL_CALLS.filter(() => random.chance(0.15)).map(({ call }) => call);
  const lowUs = random.pick([-40, -10, -3, 0, 2]);
  return {
    kind: 'windowJoin',
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
    prevailing,
    columns: [...drawn, ...plain, ALL_CALLS[0].call].map((call, k) => ({ name: `c${k}`, call })),
  };
}

/** What rows meet others by; null where a column of it is NULL. */
function keyOf(row: HistoryRow, names: readonly string[]): string | null {
  const values = names.map(name => row[name as keyof HistoryRow]);
  return values.includes(null) ? null : keyText(values);
}

/** Each left row with the aggregates of its window, computed the plainest way. */
function reference(
  node: WindowJoinNode,
  lefts: readonly HistoryRow[],
  rights: readonly HistoryRow[],
): Value[][] {
  const ordered = inOrder(rights);
  return inOrder(lefts).map(left => {
    const by = keyOf(
      left,
      node.keys.map(each => each.left),
    );
    const met = ordered.filter(right => {
      const other = keyOf(
        right,
        node.keys.map(each => each.right),
      );
      return by !== null && other === by;
    });
    const [begin, end] = [Number(left.time) + node.lowUs, Number(left.time) + node.highUs];
    const inside = met.filter(({ time }) => Number(time) >= begin && Number(time) <= end);
    const before = met.filter(({ time }) => Number(time) < begin).at(-1);
    const prevails =
      node.prevailing && before !== undefined && !met.some(({ time }) => Number(time) === begin);
    const rows = prevails ? [before, ...inside] : inside;
    return [
      ...FIELDS.map(({ name }) => left[name as keyof HistoryRow]),
      ...node.columns.map(({ call }) => valueOf(call, rows, null, false)),
    ];
  });
}

const history = (random: Random, count: number): HistoryRow[] =>
  makeHistory(random, count, { boundUs: random.pick([0, 5, 40]), wide: random.chance(0.2) });

function expectRows(actual: readonly (readonly Value[])[], wanted: readonly Value[][]): void {
  expect(actual.length).toBe(wanted.length);
  actual.forEach((row, i) => {
    const at = row.findIndex((value, k) => !(same(value, wanted[i][k]) || Object.is(value, wanted[i][k])));
    if (at >= 0) throw new Error(`row ${i}, column ${at}: ${text(row)} should be ${text(wanted[i])}`);
  });
}

test('each left row comes out once with its window, for any cutting, any interleaving and across snapshots', () =>
  forRandom(random => {
    const node = makeNode(random);
    const histories = [history(random, random.below(60)), history(random, random.below(90))];
    const wanted = reference(node, histories[0], histories[1]);
    const plan = planOf(node);
    for (const restarts of [false, true]) {
      const graph = new Graph(plan);
      feedAtRandom(random, graph, histories, restarts);
      expectRows(
        graph.rows.map(({ row }) => row),
        wanted,
      );
      checkMarks(graph.rows, row => row[0]);
      expect(graph.watermark).toBe(Infinity);
      expect(graph.stateRows()).toBe(0);
    }
  }, RUNS));

const row = (time: number, price: number): HistoryRow => ({
  ...{ time: BigInt(time), seq: 0n, symbol: 'a', level: null, price, size: 1n },
  mark: time,
});
const COUNT: WindowJoinNode = {
  kind: 'windowJoin',
  inputs: [LEFT, RIGHT],
  keys: [key('symbol')],
  lowUs: -10,
  highUs: 5,
  prevailing: false,
  columns: [{ name: 'n', call: ALL_CALLS[0].call }],
};

test('a left row waits until the right watermark has passed its window, and no longer where the right is silent', () => {
  const graph = new Graph(planOf(COUNT));
  graph.push(1, batchOf([row(95, 1), row(100, 1)]));
  graph.push(0, batchOf([row(100, 1), row(200, 1)]));
  graph.push(1, batchOf([row(105, 1)]));
  expect(graph.rows).toEqual([]);
  graph.push(1, batchOf([row(106, 1)]));
  expect(graph.rows.map(({ row: out }) => out.at(-1))).toEqual([3n]);
  expect(graph.watermark).toBe(101);
  graph.push(0, batchOf([row(300, 1)]));
  graph.idle(1, true);
  expect(graph.rows.map(({ row: out }) => out.at(-1))).toEqual([3n, 0n]);
  expect(graph.watermark).toBe(300);
  // What the right side brings afterwards is of the windows that are left.
  graph.idle(1, false);
  graph.push(1, batchOf([row(296, 1)]));
  graph.push(0, END);
  graph.push(1, END);
  expect(graph.rows.map(({ row: out }) => out.at(-1))).toEqual([3n, 0n, 1n]);
});

test('right rows are given up once no window can hold them, of keys without left rows too', () => {
  const graph = new Graph(planOf(COUNT));
  let most = 0;
  for (let from = 0; from < 100_000; from += 500) {
    const times = Array.from({ length: 500 }, (_, k) => from + k);
    graph.push(
      1,
      batchOf(times.map(time => ({ ...row(time, 1), symbol: time < 50_000 ? 'a' : `s${time % 500}` }))),
    );
    graph.push(0, batchOf(times.map(time => row(time, 1))));
    most = Math.max(most, graph.stateRows());
  }
  expect(graph.rows.length).toBeGreaterThan(99_000);
  expect(most).toBeLessThan(8000);
});
