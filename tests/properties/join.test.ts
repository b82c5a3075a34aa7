import { expect, test } from 'vitest';
import { FLOAT64, INT64, STRING, type Field } from '../../engine/src/columns/types.js';
import { fieldIndex } from '../../engine/src/columns/schema.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { joinNode } from '../../engine/src/plan/build.js';
import type { JoinHow, JoinNode } from '../../engine/src/plan/nodes/join.js';
import { ChangingInput, moved, rowsOf, Told, type Changing, type Row } from './changingRows.js';
import { SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const FIELDS: readonly Field[] = [
  { name: 'k', type: STRING, nullable: true },
  { name: 'g', type: FLOAT64, nullable: true },
  { name: 'id', type: INT64, nullable: false },
  { name: 'v', type: INT64, nullable: true },
];
const HOWS: readonly JoinHow[] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];
const column = (name: string): Expr => ({ kind: 'column', name });

function makeSide(random: Random): Changing {
  const few = random.chance(0.5);
  return {
    fields: FIELDS,
    retracting: random.chance(0.75),
    key: random.pick([null, [2], [0, 1], [0]]),
    make: each => [
      each.pick(['a', 'b', 'c', '', null]),
      each.pick([0, NaN, 1.5, null]),
      BigInt(each.below(few ? 8 : 40)),
      each.chance(0.1) ? null : each.chance(0.05) ? 2n ** 60n + BigInt(each.below(2)) : BigInt(each.below(6)),
    ],
  };
}

interface Case {
  readonly node: JoinNode;
  readonly sides: readonly [Changing, Changing];
}

function makeCase(random: Random): Case {
  const sources = ['l', 'r'].map(name => ({ ...SOURCE, name, fields: FIELDS, time: null }));
  const node = joinNode({
    inputs: [sources[0], sources[1]],
    how: random.pick(HOWS),
    keys: random.pick([['k'], ['k', 'g'], ['g'], [], ['k']]).map(name => ({ left: name, right: name })),
    where: random.chance(0.4)
      ? { kind: 'call', fn: 'lt', args: [column('left.v'), column('right.v')] }
      : null,
    suffix: '_r',
    bounded: false,
  });
  return { node, sides: [makeSide(random), makeSide(random)] };
}

function planOf({ node, sides }: Case, closing: boolean) {
  const relations = bindPlan(node, source => {
    const { retracting, key } = sides[source.name === 'l' ? 0 : 1];
    return {
      ...sourceRelationOf(source, FIELDS),
      mode: retracting ? 'retract' : 'append',
      key: !retracting || key === null ? null : key.map(at => FIELDS[at].name),
    };
  });
  const [physical] = planPhysical(node, relations, { closing }).operators;
  return { physical, relation: relations.get(node)! };
}

const isLess = (a: Value, b: Value): boolean => a !== null && b !== null && (a as bigint) < (b as bigint);

/** What a join is, row by row. */
function reference({ how, keys, where }: JoinNode, left: readonly Row[], right: readonly Row[]): Row[] {
  const places = keys.map(key => FIELDS.findIndex(({ name }) => name === key.left));
  const others = [...FIELDS.keys()].filter(at => !places.includes(at));
  const meet = (l: Row, r: Row): boolean =>
    places.every(at => l[at] !== null && Object.is(l[at], r[at])) && (where === null || isLess(l[3], r[3]));
  const joined = (l: Row | null, r: Row | null): Row => [
    ...FIELDS.map((_, at) => (l === null && places.includes(at) ? r![at] : (l?.[at] ?? null))),
    ...others.map(at => r?.[at] ?? null),
  ];
  const found: Row[] = [];
  for (const l of left) {
    const met = right.filter(r => meet(l, r));
    if (how === 'semi' || how === 'anti') {
      if (met.length > 0 === (how === 'semi')) found.push(l);
    } else if (met.length > 0) found.push(...met.map(r => joined(l, r)));
    else if (how === 'left' || how === 'full') found.push(joined(l, null));
  }
  if (how === 'right' || how === 'full')
    for (const r of right) if (!left.some(l => meet(l, r))) found.push(joined(null, r));
  return found;
}

const lines = (rows: readonly Row[]): string[] => rows.map(text).sort();

test('after every batch a join is what its inputs hold, and when they hold nothing it keeps nothing', () =>
  forRandom(random => {
    const each = makeCase(random);
    const { physical, relation } = planOf(each, false);
    const inputs = each.sides.map(side => new ChangingInput(side));
    const make = (): Operator => buildOperator(physical);
    let operator = make();
    const told = new Told(relation.key?.map(name => fieldIndex(relation.schema, name)) ?? null);
    const expectHeld = (): void =>
      expect(told.lines()).toEqual(lines(reference(each.node, inputs[0].rows, inputs[1].rows)));
    for (let batches = random.below(14); batches >= 0; batches--) {
      const port = random.below(2);
      const changes = inputs[port].changes(random, 1 + random.below(random.chance(0.3) ? 40 : 6));
      operator.process(port, inputs[port].batch(changes, random), batch => {
        if (relation.mode === 'append') expect(batch.kinds).toBe(null);
        told.apply(batch);
      });
      expectHeld();
      if (random.chance(0.2)) operator = moved(operator, make);
    }
    if (each.sides.some(side => !side.retracting)) return;
    for (const port of random.chance(0.5) ? [0, 1] : [1, 0])
      operator.process(port, inputs[port].batch(inputs[port].clear(), random), batch => told.apply(batch));
    expectHeld();
    expect(operator.stateRows()).toBe(0);
  }));

test('read to the end of its inputs it gives the same, in the order of the left rows', () =>
  forRandom(random => {
    const each = makeCase(random);
    const closing = planOf(each, true);
    const final = closing.physical.op === 'join' && closing.physical.form === 'final';
    let operator = buildOperator(closing.physical);
    const inputs = each.sides.map(side => new ChangingInput(side));
    const found: Row[] = [];
    const told = new Told(null);
    const ended = [false, false];
    const process = (port: number, count: number, end: boolean): void => {
      const rows = inputs[port].batch(inputs[port].changes(random, count), random);
      ended[port] = end;
      // The last rows may bring the end with them.
      operator.process(port, end ? { ...rows, watermark: Infinity } : rows, batch => {
        if (final && !ended[1]) expect(batch.length).toBe(0);
        if (final) expect(batch.kinds).toBe(null);
        told.apply(batch);
        found.push(...rowsOf(batch));
      });
    };
    for (let batches = random.below(12); batches >= 0; batches--) {
      const port = random.below(2);
      if (ended[port]) continue;
      process(port, 1 + random.below(30), random.chance(0.1));
      if (random.chance(0.2)) operator = moved(operator, () => buildOperator(closing.physical));
    }
    for (const port of [0, 1]) if (!ended[port]) process(port, random.below(6), true);
    const expected = reference(each.node, inputs[0].rows, inputs[1].rows);
    expect(told.lines()).toEqual(lines(expected));
    if (final && each.sides.every(side => !side.retracting))
      expect(found.map(text)).toEqual(expected.map(text));
  }));
