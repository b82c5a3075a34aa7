import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, cut, END, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { moved } from './moving.js';
import { forRandom, type Random } from './random.js';
import { expectSame, reference, text } from './reference.js';
import { Integral, operatorOf, run, type Change } from './running.js';

/** A random windowed aggregate. */
function makeNode(random: Random): AggregateNode {
  const sizeUs = 4 + random.below(20);
  const keys = random.pick([[], ['symbol'], ['level'], ['symbol', 'level'], ['level', 'size', 'symbol']]);
  return {
    kind: 'aggregate',
    input: SOURCE,
    keys,
    window: random.chance(0.5)
      ? { type: 'tumble', parameters: { sizeUs, offsetUs: random.below(5) } }
      : { type: 'hop', parameters: { sizeUs, slideUs: 1 + random.below(sizeUs) } },
    allowedLatenessUs: random.pick([0, 0, 7, 30]),
    columns: ALL_CALLS.filter(() => random.chance(0.5)).concat(
      ALL_CALLS[0].name === 'n' ? [{ ...ALL_CALLS[0], name: 'rows' }] : [],
    ),
  };
}

function makeRows(random: Random): HistoryRow[] {
  return makeHistory(random, 20 + random.below(150), {
    boundUs: random.pick([0, 5, 20]),
    wide: random.chance(0.2),
  });
}

const keyCount = (node: AggregateNode): number => node.keys.length + 3;

test('after every batch the table equals the reference over what has arrived', () =>
  forRandom(random => {
    const node = makeNode(random);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(keyCount(node), form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(run(operator, batchOf(piece)));
      if (random.chance(0.3)) expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
    }
    expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
    expect(run(operator, END)).toEqual([]);
  }));

test('final windows equal the reference, come in one sequence for any cutting, and are never late for the next operator', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeRows(random);
    const sequences = [0, 1].map(() => {
      const operator = operatorOf({ kind: 'final', input: node }, 'final');
      return [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch => run(operator, batch));
    });
    const [changes, again] = sequences;
    expectSame(
      changes.map(change => change.row),
      reference(node, rows),
      keyCount(node),
    );
    expect(again.map(change => text(change.row))).toEqual(changes.map(change => text(change.row)));
    expect(again.map(change => change.mark)).toEqual(changes.map(change => change.mark));
    checkMarks(changes, node.keys.length);
  }));

/** Marks never fall, and no row is older than the mark that it carries. */
function checkMarks(changes: readonly Change[], keys: number): void {
  let mark = -Infinity;
  for (const change of changes) {
    expect(change.mark).toBeGreaterThanOrEqual(mark);
    mark = change.mark;
    expect(Number(change.row[keys + 2])).toBeGreaterThanOrEqual(mark);
  }
}

/** Calls whose values do not depend on the order of rows, which is another one where rows come and go. */
const RETRACTABLE = ALL_CALLS.filter(({ call }) =>
  ['count', 'sum', 'avg', 'vwap', 'min', 'max'].includes(call.fn),
);

test('windows of rows that are taken back are those of the rows that are left, and in the end none', () =>
  forRandom(random => {
    const node = { ...makeNode(random), allowedLatenessUs: 1e9, columns: RETRACTABLE };
    const make = () => operatorOf(node, 'retract', 'retract');
    let operator = make();
    const table = new Integral(keyCount(node), 'retract');
    let alive: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      const back = alive.filter(() => random.chance(0.2));
      alive = [...alive.filter(row => !back.includes(row)), ...piece];
      const kinds = Uint8Array.from([...back, ...piece], (_, i) =>
        i < back.length ? RowKind.Delete : RowKind.Insert,
      );
      table.apply(run(operator, batchOf([...back, ...piece], kinds)));
      expectSame([...table.rows.values()], reference(node, alive), keyCount(node));
      if (random.chance(0.2)) operator = moved(operator, make);
    }
    for (const piece of cut(random, alive)) {
      table.apply(run(operator, batchOf(piece, new Uint8Array(piece.length).fill(RowKind.UpdateBefore))));
    }
    expect([...table.rows.values()]).toEqual([]);
  }));
