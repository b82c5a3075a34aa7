import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, cut, END, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';
import { operatorOf, run, type Change } from './running.js';

/** A new operator with the state of another, by way of the bytes of a snapshot. */
function moved(operator: Operator, make: () => Operator): Operator {
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const next = make();
  next.restore(readSnapshot(writer.encode()));
  return next;
}

const lines = (changes: readonly Change[]) =>
  changes.map(({ kind, row, mark }) => `${kind} ${text(row)} at ${mark}`);

/** What an operator puts out, and one that is replaced now and then by what its snapshot gives. */
function expectSameAfterMoves(
  random: Random,
  make: () => Operator,
  history: Parameters<typeof run>[1][],
): void {
  const steady = make();
  let moving = make();
  for (const batch of history) {
    if (random.chance(0.4)) moving = moved(moving, make);
    expect(lines(run(moving, batch))).toEqual(lines(run(steady, batch)));
    expect(moving.counters).toEqual(steady.counters);
    expect(moving.stateRows()).toBe(steady.stateRows());
  }
}

const someKeys = (random: Random) =>
  random.pick([[], ['symbol'], ['level'], ['symbol', 'level'], ['level', 'size', 'symbol']]);

test('a windowed aggregate goes on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const sizeUs = 4 + random.below(20);
    const node: AggregateNode = {
      kind: 'aggregate',
      input: SOURCE,
      keys: someKeys(random),
      window: random.pick([
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
