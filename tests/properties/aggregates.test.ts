import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import type { AggregateDefinition } from '../../engine/src/functions/aggregate/define.js';
import { AGGREGATES } from '../../engine/src/functions/aggregate/registry.js';
import { callText } from '../../engine/src/expr/text.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { randomCall, referenceOf } from './aggregateCalls.js';
import { batchOf, cut, END, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, type ResultRow } from './reference.js';
import { Integral, operatorOf, run } from './running.js';

/** Every registered aggregate: one that is added is held to its reference here without another word. */
const ALL = [...AGGREGATES.values()];
const RETRACTING = ALL.filter(({ retracts }) => retracts === true);

test('every registered aggregate takes rows back', () => {
  expect(RETRACTING).toEqual(ALL);
});

/** Some aggregates, each with random arguments, a condition now and then, and values that count once. */
function columnsOf(random: Random, from: readonly AggregateDefinition[]): AggregateNode['columns'] {
  return Array.from({ length: 1 + random.below(4) }, (_, k) => ({
    name: `c${k}`,
    call: randomCall(random, random.pick(from)),
  }));
}

function windowedNode(random: Random): AggregateNode {
  const sizeUs = 4 + random.below(40);
  return {
    kind: 'aggregate',
    input: SOURCE,
    keys: random.pick([[], ['symbol'], ['level']]),
    window: random.chance(0.5)
      ? { type: 'tumble', parameters: { sizeUs } }
      : { type: 'hop', parameters: { sizeUs, slideUs: Math.ceil(sizeUs / (1 + random.below(4))) } },
    allowedLatenessUs: random.pick([0, 0, 20]),
    columns: columnsOf(random, ALL),
  };
}

const groupedNode = (random: Random, from: readonly AggregateDefinition[]): AggregateNode => ({
  kind: 'aggregate',
  input: SOURCE,
  keys: random.pick([[], ['symbol'], ['level']]),
  window: null,
  allowedLatenessUs: 0,
  columns: columnsOf(random, from),
});

const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 10 + random.below(70), {
    boundUs: random.pick([0, 5, 20]),
    wide: random.chance(0.2),
  });

/** Holds rows to the reference; a difference names the calls. */
function expectReference(
  actual: readonly ResultRow[],
  node: AggregateNode,
  rows: readonly HistoryRow[],
  retracting = false,
): void {
  const keys = node.keys.length + (node.window === null ? 0 : 3);
  try {
    expectSame(actual, referenceOf(node, rows, retracting), keys);
  } catch (error) {
    const calls = node.columns.map(({ call }) => callText(call)).join('; ');
    throw new Error(`${(error as Error).message} of ${calls}`, { cause: error });
  }
}

/** An operator that now and then is replaced by a new one with its snapshot's state. */
function moving(random: Random, make: () => Operator): () => Operator {
  let operator = make();
  return () => {
    if (!random.chance(0.1)) return operator;
    const writer = new SnapshotWriter();
    operator.snapshot(writer);
    operator = make();
    operator.restore(readSnapshot(writer.encode()));
    return operator;
  };
}

test('windows equal the reference after every batch, in any order, and after snapshots', () =>
  forRandom(random => {
    const node = windowedNode(random);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = moving(random, () => operatorOf(node, form));
    const table = new Integral(node.keys.length + 3, form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(run(operator(), batchOf(piece)));
      if (random.chance(0.15)) expectReference([...table.rows.values()], node, arrived);
    }
    table.apply(run(operator(), END));
    expectReference([...table.rows.values()], node, arrived);
  }));

test('final windows equal the reference', () =>
  forRandom(random => {
    const node = windowedNode(random);
    const operator = moving(random, () => operatorOf({ kind: 'final', input: node }, 'final'));
    const rows = makeRows(random);
    const batches = [...cut(random, rows).map(piece => batchOf(piece)), END];
    const out = batches.flatMap(batch => run(operator(), batch)).map(change => change.row);
    expectReference(out, node, rows);
  }));

test('groups equal the reference after every batch, and after snapshots', () =>
  forRandom(random => {
    const node = groupedNode(random, ALL);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = moving(random, () => operatorOf(node, form));
    const table = new Integral(node.keys.length, form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(run(operator(), batchOf(piece)));
      if (random.chance(0.15)) expectReference([...table.rows.values()], node, arrived);
    }
    expectReference([...table.rows.values()], node, arrived);
  }));

test('rows that are taken back count no more, and the opposite of everything leaves nothing', () =>
  forRandom(random => {
    const node = groupedNode(random, RETRACTING);
    const operator = moving(random, () => operatorOf(node, 'retract', 'retract'));
    const table = new Integral(node.keys.length, 'retract');
    let alive: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      const back = alive.filter(() => random.chance(0.15));
      alive = [...alive.filter(row => !back.includes(row)), ...piece];
      const kinds = Uint8Array.from([...back, ...piece], (_, i) =>
        i < back.length ? RowKind.Delete : RowKind.Insert,
      );
      table.apply(run(operator(), batchOf([...back, ...piece], kinds)));
      if (random.chance(0.3)) expectReference([...table.rows.values()], node, alive, true);
    }
    for (const piece of cut(random, alive)) {
      table.apply(run(operator(), batchOf(piece, new Uint8Array(piece.length).fill(RowKind.UpdateBefore))));
    }
    expect([...table.rows.values()]).toEqual([]);
  }));
