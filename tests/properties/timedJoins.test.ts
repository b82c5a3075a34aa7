import { describe, expect, test } from 'vitest';
import type { IntervalJoinNode } from '../../engine/src/plan/nodes/intervalJoin.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { WindowJoinNode } from '../../engine/src/plan/nodes/windowJoin.js';
import { Graph, planOf } from './graph.js';
import { ALL_CALLS, batchOf, END, SOURCE, type HistoryRow } from './histories.js';

const LEFT: SourceNode = { ...SOURCE, name: 'left' };
const RIGHT: SourceNode = { ...SOURCE, name: 'right' };

const key = (left: string, right = left) => ({ left, right });
const row = (time: number, price: number): HistoryRow => ({
  ...{ time: BigInt(time), seq: 0n, symbol: 'a', level: null, price, size: 1n },
  mark: time,
});

const near = { inputs: [LEFT, RIGHT], keys: [key('symbol')], lowUs: -10, highUs: 5 } as const;
const NODES: readonly (WindowJoinNode | IntervalJoinNode)[] = [
  { ...near, kind: 'windowJoin', prevailing: false, columns: [{ name: 'n', call: ALL_CALLS[0].call }] },
  { ...near, kind: 'intervalJoin', how: 'left', suffix: '_right', where: null },
];

describe.each(NODES)('$kind', node => {
  test('state follows the keys that are there, not all that have come', () => {
    const graph = new Graph(planOf({ ...node, keys: [key('size')] }));
    const most: number[] = [];
    for (let from = 0; from < 40_000; from += 500) {
      const rows = Array.from({ length: 500 }, (_, k) => ({ ...row(from + k, 1), size: BigInt(from + k) }));
      graph.push(1, batchOf(rows));
      graph.push(0, batchOf(rows.map(each => ({ ...each, size: each.size + 3n }))));
      const half = from < 20_000 ? 0 : 1;
      most[half] = Math.max(most[half] ?? 0, graph.bytes());
    }
    expect(most[1]).toBeLessThanOrEqual(1.1 * most[0]);
  });

  test('left rows that their port brings behind what has gone out, after it was silent, are late and counted', () => {
    const graph = new Graph(planOf(node));
    graph.push(0, batchOf([row(100, 1)]));
    graph.idle(0, true);
    graph.push(1, batchOf([row(1000, 1)]));
    expect(graph.watermark).toBe(995);
    graph.idle(0, false);
    // The row at 100 waited for its own watermark, and 200 for the others; both are behind what has been said.
    graph.push(0, batchOf([row(200, 1), row(996, 1)]));
    graph.push(0, END);
    graph.push(1, END);
    expect(graph.rows.map(({ row: out }) => out[0])).toEqual([996n]);
    expect(graph.late()).toBe(2);
    expect(graph.stateRows()).toBe(0);
  });
});
