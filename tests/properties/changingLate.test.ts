import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { ROW_KIND_NAMES } from '../../engine/src/columns/batch.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { AggregateNode, WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { batchOfUnits, cutUnits, makeChanges, type Unit } from './changingHistories.js';
import { END, FIELDS, SOURCE } from './histories.js';
import { moved } from './moving.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

function makeNode(random: Random): AggregateNode {
  const sizeUs = 4 + random.below(20);
  const window = random.pick<WindowSpec>([
    { type: 'tumble', parameters: { sizeUs } },
    { type: 'hop', parameters: { sizeUs, slideUs: 1 + random.below(sizeUs) } },
    { type: 'session', parameters: { gapUs: sizeUs } },
    { type: 'countWindow', parameters: { threshold: 3 } },
    { type: 'volumeBars', parameters: { threshold: 30, size: 'size' } },
  ]);
  const allowedLatenessUs = random.pick([0, 0, 7]);
  return { kind: 'aggregate', input: SOURCE, keys: ['symbol'], window, allowedLatenessUs, columns: [] };
}

/** When the last window that holds a time is over: a session of it alone, or for bars the time itself. */
function endOf({ type, parameters }: WindowSpec, time: number): number {
  if (type === 'session') return time + Number(parameters.gapUs) + 1;
  const definition = windowOf(type);
  if (definition.by !== 'time') return time + 1;
  return Math.max(...definition.reference(time, parameters).map(({ end }) => end));
}

/** The changes that come too late. An update of which one row does is that row alone. */
function lateOf({ window, allowedLatenessUs }: AggregateNode, units: readonly Unit[]): string[] {
  let mark = -Infinity;
  return units.flatMap(unit => {
    const late = unit.filter(({ row }) => {
      const isLate = row.time !== null && endOf(window!, Number(row.time)) + allowedLatenessUs <= mark;
      mark = Math.max(mark, row.mark);
      return isLate;
    });
    return late.map(({ kind, row }) => {
      const { time, seq, symbol, level, price, size } = row;
      const told = late.length === 2 || kind === 0 || kind === 3 ? kind : kind === 1 ? 3 : 0;
      return text([ROW_KIND_NAMES[told], time, seq, symbol, level, price, size]);
    });
  });
}

/** The operators of a plan of one after the other. */
function operatorsOf(plan: PlanNode): (() => Operator)[] {
  const relations = bindPlan(plan, source => ({ ...sourceRelationOf(source, FIELDS), mode: 'retract' }));
  return planPhysical(plan, relations).operators.map(physical => () => buildOperator(physical));
}

test('late rows of a table whose rows change are the changes that come too late', () =>
  forRandom(random => {
    const node = makeNode(random);
    const units = makeChanges(random, 15 + random.below(45), { marked: true, wide: false, ordered: false });
    const [makeLate, makeChangeRows] = operatorsOf({ kind: 'late', input: node });
    let operator = makeLate();
    const changes = makeChangeRows();
    const told: string[] = [];
    const tell = ({ columns, length, kinds }: Batch): void => {
      expect(kinds).toBeNull();
      for (let row = 0; row < length; row++) told.push(text(columns.map(column => valueAt(column, row))));
    };
    for (const batch of [...cutUnits(random, units).map(batchOfUnits), END]) {
      if (random.chance(0.2)) operator = moved(operator, makeLate);
      operator.process(0, batch, out => changes.process(0, out, tell));
    }
    expect(told).toEqual(lateOf(node, units));
    expect(operator.stateRows()).toBe(0);
  }));

test('late says so where the table has a column of its name', () => {
  const fields = FIELDS.map(field => (field.name === 'symbol' ? { ...field, name: 'kind' } : field));
  const input: AggregateNode = makeNodeOver('kind');
  expect(() =>
    bindPlan({ kind: 'late', input }, source => ({ ...sourceRelationOf(source, fields), mode: 'retract' })),
  ).toThrow(/MR2214.*another name/s);
});

function makeNodeOver(key: string): AggregateNode {
  const window: WindowSpec = { type: 'tumble', parameters: { sizeUs: 5 } };
  return { kind: 'aggregate', input: SOURCE, keys: [key], window, allowedLatenessUs: 0, columns: [] };
}
