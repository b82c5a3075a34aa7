import { afterAll, beforeAll, expect, test } from 'vitest';
import { decimalType, FLOAT64, INT64, STRING } from '../../engine/src/columns/types.js';
import type { Field } from '../../engine/src/columns/types.js';
import { columnOf } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import {
  aggregateNode,
  filterNode,
  projectNode,
  rollingNode,
  sourceNode,
  unionAllNode,
  unpivotNode,
} from '../../engine/src/plan/build.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { duckdbSql } from '../../engine/src/sql/duckdb.js';
import { Engine } from './duckdb/engine.js';
import { Oracle } from './duckdb/oracle.js';
import { Random } from './random.js';

const FIELDS: readonly Field[] = [
  { name: 's', type: STRING, nullable: true },
  { name: 'x', type: FLOAT64, nullable: true },
  { name: 'n', type: INT64, nullable: true },
];
const ROW: readonly Value[] = ['ß', NaN, -(2n ** 63n)];
const source = sourceNode({
  name: 'input',
  connector: 'values',
  options: {
    arrow: encodeArrow(
      FIELDS,
      FIELDS.map((field, k) => columnOf(field.type, [ROW[k]])),
      1,
    ),
  },
  fields: FIELDS,
  time: null,
  clocked: false,
});
const column = (name: string): Expr => ({ kind: 'column', name });
const call = (fn: string, ...args: Expr[]): PlanNode =>
  projectNode({
    input: source,
    keep: 'none',
    columns: [{ name: 'result', expr: { kind: 'call', fn, args } }],
  });

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
  await oracle.load('input', FIELDS, [ROW]);
});
afterAll(() => {
  oracle.stop();
});

/** What both give of a plan with one value; the word `error` where one fails. */
async function both(plan: PlanNode): Promise<readonly [ours: Value, theirs: Value]> {
  const engine = new Engine(new Random(1));
  const relations = bindPlan(plan, () => sourceRelationOf(source, FIELDS));
  const { sql } = duckdbSql(plan, relations, () => 'input');
  const value = (rows: Promise<Value[][]>): Promise<Value> =>
    rows.then(
      ([[only]]) => only,
      () => 'error',
    );
  const ours = await value(engine.rows(plan));
  await engine.close();
  return [ours, await value(oracle.rows(sql, relations.get(plan)!.schema.fields))];
}

/** The differences of docs/differences.md: a line that no longer differs goes, and the random plans take it in. */
test('what is known to differ from DuckDB still does', async () => {
  const two: Expr = { kind: 'literal', type: INT64, value: '2' };
  expect(await both(call('upper', column('s')))).toEqual(['SS', 'ẞ']);
  expect(await both(call('floorDiv', two, column('n')))).toEqual([-1n, 'error']);
  const price: Expr = { kind: 'literal', type: decimalType(4, 2), value: '1250' };
  expect(await both(call('sub', price, column('n')))).toEqual(['error', 922337203685477582050n]);
  const deviation = aggregateNode({
    input: source,
    keys: [],
    window: null,
    allowedLatenessUs: 0,
    columns: [
      {
        name: 'result',
        call: { fn: 'stddevPop', args: [column('x')], where: null, distinct: false, options: {} },
      },
    ],
  });
  expect(await both(deviation)).toEqual([NaN, 0]);
  const twice = unionAllNode({ inputs: [source, source] });
  const nothings = { fn: 'count', args: [], where: null, distinct: true, options: {} };
  const different = {
    keys: [],
    window: null,
    allowedLatenessUs: 0,
    columns: [{ name: 'n', call: nothings }],
  };
  expect(await both(aggregateNode({ input: twice, ...different }))).toEqual([1n, 2n]);
  // A price that is NaN, and 1 behind it.
  const one: Expr = { kind: 'literal', type: FLOAT64, value: 1 };
  const prices = projectNode({
    input: source,
    keep: 'none',
    columns: [
      { name: 'x', expr: column('x') },
      { name: 'y', expr: one },
    ],
  });
  const path = unpivotNode({ input: prices, columns: ['x', 'y'], name: 'name', value: 'price' });
  const below = { fn: 'drawdown', args: [column('price')], where: null, distinct: false, options: {} };
  const rolled = rollingNode({
    input: path,
    keys: [],
    frame: null,
    columns: [{ name: 'below', over: 'row', call: below }],
  });
  const last = filterNode({
    input: rolled,
    predicate: { kind: 'call', fn: 'eq', args: [column('price'), one] },
  });
  const result = projectNode({
    input: last,
    keep: 'none',
    columns: [{ name: 'below', expr: column('below') }],
  });
  expect(await both(result)).toEqual([0, NaN]);
});
