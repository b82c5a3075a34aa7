import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, STRING, type Field } from '../../engine/src/columns/types.js';
import type { Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { lookupJoinNode } from '../../engine/src/plan/build.js';
import type { LookupJoinNode } from '../../engine/src/plan/nodes/lookupJoin.js';
import { ChangingInput, moved, rowsOf, type Changing, type Row } from './changingRows.js';
import { batchOf, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const RIGHT: readonly Field[] = [
  { name: 'symbol', type: STRING, nullable: true },
  { name: 'name', type: STRING, nullable: true },
  { name: 'size', type: INT64, nullable: false },
];
/** Where a left row has its key. */
const SYMBOL = FIELDS.findIndex(({ name }) => name === 'symbol');

function makeRight(random: Random): Changing {
  return {
    fields: RIGHT,
    retracting: random.chance(0.7),
    key: random.pick([null, [0], [2]]),
    make: each => [
      each.pick(['a', 'b', '', 'zz', null]),
      each.pick(['x', 'y', null]),
      BigInt(each.below(each.chance(0.5) ? 6 : 50)),
    ],
  };
}

function planOf(node: LookupJoinNode, right: Changing) {
  const relations = bindPlan(node, source =>
    source.name === 'right'
      ? {
          ...sourceRelationOf(source, RIGHT),
          mode: right.retracting ? 'retract' : 'append',
          key: !right.retracting || right.key === null ? null : right.key.map(at => RIGHT[at].name),
        }
      : sourceRelationOf(source, FIELDS),
  );
  expect(relations.get(node)).toMatchObject({ mode: 'append', time: 'time', key: null });
  const { operators } = planPhysical(node, relations);
  return operators[operators.length - 1];
}

function makeNode(random: Random, waits: boolean): LookupJoinNode {
  const right = { ...SOURCE, name: 'right', fields: RIGHT, time: null };
  return lookupJoinNode({
    inputs: [SOURCE, right],
    keys: [{ left: 'symbol', right: 'symbol' }],
    how: random.pick(['left', 'inner'] as const),
    suffix: '_r',
    waits,
  });
}

/** A left row with the right ones that there are. */
function joined(how: 'left' | 'inner', row: HistoryRow, rights: readonly Row[]): string[] {
  const values: Value[] = [row.time, row.seq, row.symbol, row.level, row.price, row.size];
  const met = rights.filter(right => right[0] !== null && right[0] === values[SYMBOL]);
  if (met.length === 0) return how === 'left' ? [text([...values, null, null])] : [];
  return met.map(right => text([...values, right[1], right[2]])).sort();
}

/** Reads rows, and checks that none comes behind the watermark that was not behind it when it came. */
class Reader {
  rows: string[] = [];
  watermark = -Infinity;

  read(batch: Batch, late: ReadonlySet<Value>): void {
    rowsOf(batch).forEach((row, i) => {
      const [time] = row;
      if (time !== null && !late.has(row[0])) expect(Number(time)).toBeGreaterThanOrEqual(this.watermark);
      const mark = batch.marks?.[i] ?? NaN;
      expect(mark).toBeGreaterThanOrEqual(this.watermark);
      this.watermark = mark;
      this.rows.push(text(row));
    });
    expect(batch.watermark).toBeGreaterThanOrEqual(this.watermark);
    this.watermark = batch.watermark;
  }
}

/** Times of rows that come late themselves. */
function lateTimes(history: readonly HistoryRow[]): Set<Value> {
  return new Set(
    history.flatMap((row, i) => (i > 0 && Number(row.time) < history[i - 1].mark ? [row.time] : [])),
  );
}

test('each row comes with what the right side has then, and keeps its place in time', () =>
  forRandom(random => {
    const node = makeNode(random, false);
    const right = makeRight(random);
    const physical = planOf(node, right);
    let operator = buildOperator(physical);
    const input = new ChangingInput(right);
    const history = makeHistory(random, random.below(80), { boundUs: random.below(15), wide: true });
    const late = lateTimes(history);
    const reader = new Reader();
    for (const piece of cut(random, history)) {
      if (random.chance(0.6)) {
        const changes = input.changes(random, 1 + random.below(8));
        operator.process(1, input.batch(changes, random), batch => expect(batch.length).toBe(0));
      }
      reader.rows = [];
      operator.process(0, batchOf(piece), batch => reader.read(batch, late));
      const expected = piece.flatMap(row => joined(node.how, row, input.rows));
      expect(reader.rows.slice().sort()).toEqual(expected.slice().sort());
      expect(reader.watermark).toBe(piece[piece.length - 1].mark);
      if (random.chance(0.2)) operator = moved(operator, () => buildOperator(physical));
    }
    if (!right.retracting) return;
    operator.process(1, input.batch(input.clear(), random), () => undefined);
    expect(operator.stateRows()).toBe(0);
  }));

test('rows wait until a right side that comes to an end has been read whole', () =>
  forRandom(random => {
    const node = makeNode(random, true);
    const right = makeRight(random);
    const physical = planOf(node, right);
    let operator = buildOperator(physical);
    const input = new ChangingInput(right);
    const history = makeHistory(random, random.below(60), { boundUs: random.below(15), wide: true });
    const late = lateTimes(history);
    const reader = new Reader();
    const end = random.below(history.length + 1);
    const before = history.slice(0, end);
    for (const piece of cut(random, before)) {
      const changes = input.changes(random, 1 + random.below(8));
      operator.process(1, input.batch(changes, random), batch => reader.read(batch, late));
      operator.process(0, batchOf(piece), batch => reader.read(batch, late));
      expect(reader.rows).toEqual([]);
      expect(reader.watermark).toBe(-Infinity);
      if (random.chance(0.2)) operator = moved(operator, () => buildOperator(physical));
    }
    const last = { schema: { fields: RIGHT }, length: 0, columns: [], kinds: null, marks: null };
    operator.process(1, { ...last, watermark: Infinity }, batch => reader.read(batch, late));
    for (const piece of cut(random, history.slice(end)))
      operator.process(0, batchOf(piece), batch => reader.read(batch, late));
    const expected = history.flatMap(row => joined(node.how, row, input.rows));
    expect(reader.rows.slice().sort()).toEqual(expected.slice().sort());
    expect(reader.watermark).toBe(history.at(-1)?.mark ?? -Infinity);
  }));
