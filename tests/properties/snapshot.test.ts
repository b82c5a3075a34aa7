import { test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, cut, END, makeHistory, SOURCE } from './histories.js';
import { expectSameAfterMoves } from './moving.js';
import { forRandom, type Random } from './random.js';
import { operatorOf } from './running.js';

const someKeys = (random: Random) =>
  random.pick([[], ['symbol'], ['level'], ['symbol', 'level'], ['level', 'size', 'symbol']]);

test('a windowed aggregate goes on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const sizeUs = 4 + random.below(20);
    const node: AggregateNode = {
      kind: 'aggregate',
      input: SOURCE,
      keys: someKeys(random),
      window: random.pick<NonNullable<AggregateNode['window']>>([
        { type: 'tumble', parameters: { sizeUs, offsetUs: random.below(5) } },
        { type: 'hop', parameters: { sizeUs, slideUs: 1 + random.below(sizeUs) } },
      ]),
      allowedLatenessUs: random.pick([0, 0, 7, 30]),
      columns: ALL_CALLS.filter(() => random.chance(0.5)).concat({ ...ALL_CALLS[0], name: 'rows' }),
    };
    const form = random.pick(['retract', 'upsert', 'final'] as const);
    const make = () => operatorOf(form === 'final' ? { kind: 'final', input: node } : node, form);
    const rows = makeHistory(random, 20 + random.below(150), { boundUs: 20, wide: random.chance(0.2) });
    expectSameAfterMoves(random, make, [...cut(random, rows).map(piece => batchOf(piece)), END]);
  }));

test('a group-by whose rows are taken back goes on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const node: AggregateNode = {
      kind: 'aggregate',
      input: SOURCE,
      keys: someKeys(random),
      window: null,
      allowedLatenessUs: 0,
      columns: ALL_CALLS,
    };
    const rows = makeHistory(random, 20 + random.below(150), { boundUs: 20, wide: random.chance(0.2) });
    const pieces = cut(random, rows);
    const back = cut(random, [...rows].reverse()).map(piece =>
      batchOf(piece, new Uint8Array(piece.length).fill(RowKind.Delete)),
    );
    const make = () => operatorOf(node, 'retract', 'retract');
    expectSameAfterMoves(random, make, [...pieces.map(piece => batchOf(piece)), ...back]);
  }));
