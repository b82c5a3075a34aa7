import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, cut, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, reference } from './reference.js';
import { Integral, operatorOf, run } from './running.js';

function makeNode(random: Random, columns: AggregateNode['columns']): AggregateNode {
  const keys = random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]);
  return { kind: 'aggregate', input: SOURCE, keys, window: null, allowedLatenessUs: 0, columns };
}

const makeRows = (random: Random, wide = random.chance(0.2)): HistoryRow[] =>
  makeHistory(random, 20 + random.below(150), { boundUs: 10, wide });

test('after every batch the groups equal the reference over what has arrived', () =>
  forRandom(random => {
    const node = makeNode(random, ALL_CALLS);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(node.keys.length, form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(run(operator, batchOf(piece)));
      if (random.chance(0.3))
        expectSame([...table.rows.values()], reference(node, arrived), node.keys.length);
    }
  }));

test('rows that are taken back count no more, and the opposite of everything leaves nothing', () =>
  forRandom(random => {
    const node = makeNode(random, ALL_CALLS);
    const operator = operatorOf(node, 'retract', 'retract');
    const table = new Integral(node.keys.length, 'retract');
    let alive: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      const back = alive.filter(() => random.chance(0.15));
      alive = [...alive.filter(row => !back.includes(row)), ...piece];
      const kinds = Uint8Array.from([...back, ...piece], (_, i) =>
        i < back.length ? RowKind.Delete : RowKind.Insert,
      );
      table.apply(run(operator, batchOf([...back, ...piece], kinds)));
      expectSame([...table.rows.values()], reference(node, alive, true), node.keys.length);
    }
    for (const piece of cut(random, alive)) {
      table.apply(run(operator, batchOf(piece, new Uint8Array(piece.length).fill(RowKind.UpdateBefore))));
    }
    expect([...table.rows.values()]).toEqual([]);
  }));
