import { expect, test } from 'vitest';
import { FLOAT64, INT64, STRING, type Field } from '../../engine/src/columns/types.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { distinctNode, setOperationNode, unionAllNode } from '../../engine/src/plan/build.js';
import type { SetOperationNode } from '../../engine/src/plan/nodes/setOperation.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { ChangingInput, moved, rowsOf, Told, type Changing, type Row } from './changingRows.js';
import { SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const FIELDS: readonly Field[] = [
  { name: 'k', type: STRING, nullable: true },
  { name: 'g', type: FLOAT64, nullable: true },
  { name: 'v', type: INT64, nullable: true },
];
const SOURCES = ['l', 'r'].map(name => ({ ...SOURCE, name, fields: FIELDS, time: null }));

function makeSide(random: Random): Changing {
  return {
    fields: FIELDS,
    retracting: random.chance(0.7),
    key: null,
    make: each => [
      each.pick(['a', '', null]),
      each.pick([0, NaN, null]),
      each.chance(0.1) ? null : each.chance(0.1) ? 2n ** 60n : BigInt(each.below(2)),
    ],
  };
}

function relationsOf(node: PlanNode, sides: readonly Changing[]) {
  return bindPlan(node, source => ({
    ...sourceRelationOf(source, FIELDS),
    mode: sides[source.name === 'l' ? 0 : 1].retracting ? 'retract' : 'append',
  }));
}

function planOf(node: SetOperationNode, sides: readonly Changing[], closing: boolean) {
  const relations = relationsOf(node, sides);
  const [physical] = planPhysical(node, relations, { closing }).operators;
  return { physical, relation: relations.get(node)! };
}

/** What a set operation is: rows of the first side as often as they are wanted, in the order in which each first came. */
function reference(
  { keeps, all }: SetOperationNode,
  first: readonly Row[],
  second: readonly Row[],
): string[] {
  const left = first.map(text);
  const right = second.map(text);
  const often = (lines: readonly string[], line: string): number =>
    lines.filter(each => each === line).length;
  return [...new Set(left)].flatMap(line => {
    const [a, b] = [often(left, line), often(right, line)];
    const kept =
      keeps === 'intersect'
        ? all
          ? Math.min(a, b)
          : Math.min(1, b)
        : all
          ? Math.max(0, a - b)
          : b > 0
            ? 0
            : 1;
    return Array.from({ length: kept }, () => line);
  });
}

function makeNode(random: Random): SetOperationNode {
  const keeps = random.pick(['intersect', 'except'] as const);
  return setOperationNode({
    inputs: [SOURCES[0], SOURCES[1]],
    keeps,
    all: random.chance(0.5),
    bounded: false,
  });
}

test('after every batch intersect and except are what their inputs hold, and when they hold nothing they keep nothing', () =>
  forRandom(random => {
    const node = makeNode(random);
    const sides = [makeSide(random), makeSide(random)];
    const { physical, relation } = planOf(node, sides, false);
    const inputs = sides.map(side => new ChangingInput(side));
    const make = (): Operator => buildOperator(physical);
    let operator = make();
    const told = new Told(relation.key === null ? null : [...FIELDS.keys()]);
    const expectHeld = (): void =>
      expect(told.lines()).toEqual(reference(node, inputs[0].rows, inputs[1].rows).sort());
    for (let batches = random.below(16); batches >= 0; batches--) {
      const port = random.below(2);
      const changes = inputs[port].changes(random, 1 + random.below(random.chance(0.3) ? 40 : 6));
      operator.process(port, inputs[port].batch(changes, random), batch => {
        if (relation.mode === 'append') expect(batch.kinds).toBe(null);
        told.apply(batch);
      });
      expectHeld();
      if (random.chance(0.2)) operator = moved(operator, make);
    }
    if (sides.some(side => !side.retracting)) return;
    for (const port of random.chance(0.5) ? [0, 1] : [1, 0])
      operator.process(port, inputs[port].batch(inputs[port].clear(), random), batch => told.apply(batch));
    expectHeld();
    expect(operator.stateRows()).toBe(0);
  }));

test('read to the end of their inputs they give the same, in the order of the first one', () =>
  forRandom(random => {
    const node = makeNode(random);
    const sides = [makeSide(random), makeSide(random)];
    const { physical } = planOf(node, sides, true);
    const final = physical.op === 'setOperation' && physical.form === 'final';
    const inputs = sides.map(side => new ChangingInput(side));
    let operator = buildOperator(physical);
    const found: Row[] = [];
    for (let batches = random.below(10); batches >= 0; batches--) {
      const port = random.below(2);
      const changes = inputs[port].changes(random, 1 + random.below(20));
      operator.process(port, inputs[port].batch(changes, random), batch => found.push(...rowsOf(batch)));
      if (random.chance(0.2)) operator = moved(operator, () => buildOperator(physical));
    }
    if (final) expect(found).toEqual([]);
    for (const port of [1, 0]) {
      // The last rows may bring the end with them.
      const last = inputs[port].batch(inputs[port].changes(random, random.below(6)), random);
      operator.process(port, { ...last, watermark: Infinity }, batch => found.push(...rowsOf(batch)));
    }
    const expected = reference(node, inputs[0].rows, inputs[1].rows);
    const appends = sides.every(side => !side.retracting);
    if (final && appends) expect(found.map(text)).toEqual(expected);
    else expect(found.map(text).sort()).toEqual(expected.sort());
  }));

test('a union is the different rows of its inputs, whatever they do', () =>
  forRandom(random => {
    const sides = [makeSide(random), makeSide(random)];
    const node = distinctNode({ input: unionAllNode({ inputs: SOURCES }), columns: null });
    const relations = relationsOf(node, sides);
    const told = new Told(relations.get(node)!.key === null ? null : [...FIELDS.keys()]);
    const pipeline = new Pipeline(
      planPhysical(node, relations),
      batch => told.apply(batch),
      () => 0,
    );
    const inputs = sides.map(side => new ChangingInput(side));
    for (let batches = random.below(16); batches >= 0; batches--) {
      const port = random.below(2);
      const changes = inputs[port].changes(random, 1 + random.below(10));
      pipeline.push(port, inputs[port].batch(changes, random));
      const rows = [...inputs[0].rows, ...inputs[1].rows];
      expect(told.lines()).toEqual([...new Set(rows.map(text))].sort());
    }
  }));
