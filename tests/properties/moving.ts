import { expect } from 'vitest';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { Random } from './random.js';
import { text } from './reference.js';
import { run, ticked, type Change } from './running.js';

/** A new operator with the state of another, by way of the bytes of a snapshot. */
export function moved(operator: Operator, make: () => Operator): Operator {
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const next = make();
  next.restore(readSnapshot(writer.encode()));
  return next;
}

const lines = (changes: readonly Change[]) =>
  changes.map(({ kind, row, mark }) => `${kind} ${text(row)} at ${mark}`);

/** What an operator puts out, and one that is replaced now and then by what its snapshot gives. */
export function expectSameAfterMoves(
  random: Random,
  make: () => Operator,
  history: Parameters<typeof run>[1][],
): void {
  const steady = make();
  let moving = make();
  for (const batch of history) {
    if (random.chance(0.4)) moving = moved(moving, make);
    expect(lines(run(moving, batch))).toEqual(lines(run(steady, batch)));
    if (random.chance(0.2)) expect(lines(ticked(moving))).toEqual(lines(ticked(steady)));
    expect(moving.counters).toEqual(steady.counters);
    expect(moving.stateRows()).toBe(steady.stateRows());
  }
}
