import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import { AGGREGATES } from '../../engine/src/functions/aggregate/registry.js';
import type { AggregateCall, Expr } from '../../engine/src/expr/ast.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { duckdbSql } from '../../engine/src/sql/duckdb.js';
import { randomCall } from './aggregateCalls.js';
import { difference } from './duckdb/compare.js';
import { Oracle } from './duckdb/oracle.js';
import { feedAtRandom, Graph, planOf } from './graph.js';
import { FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 4);
const LEFT: SourceNode = { ...SOURCE, name: 'left' };
const RIGHT: SourceNode = { ...SOURCE, name: 'right' };

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
});
afterAll(() => {
  oracle.stop();
});

const key = (left: string, right = left) => ({ left, right });
const column = (name: string): Expr => ({ kind: 'column', name });
const WHERE: Expr = { kind: 'call', fn: 'lt', args: [column('left.size'), column('right.size')] };

function makePlan(random: Random): PlanNode {
  const lowUs = random.pick([-40, -10, 0, 2]);
  const shared = {
    inputs: [LEFT, RIGHT] as const,
    keys: random.pick([[key('symbol')], [key('level')], [key('symbol'), key('level')], []]),
    lowUs,
    highUs: lowUs + random.pick([0, 3, 10, 40]),
  };
  if (random.chance(0.5)) {
    return {
      kind: 'intervalJoin',
      ...shared,
      how: random.pick(['inner', 'left', 'right', 'full', 'semi', 'anti']),
      suffix: '_right',
      where: random.chance(0.3) ? WHERE : null,
    };
  }
  const definitions = [...AGGREGATES.values()].filter(each => each.duckdb !== undefined);
  const calls = Array.from({ length: 1 + random.below(2) }, (): AggregateCall =>
    randomCall(random, random.pick(definitions)),
  );
  return {
    kind: 'windowJoin',
    ...shared,
    prevailing: false,
    columns: calls.map((call, k) => ({ name: `c${k}`, call })),
  };
}

/** A history without late rows, in values that DuckDB and we add up to the same. */
const history = (random: Random): HistoryRow[] =>
  makeHistory(random, random.below(50), { boundUs: 1e6, wide: false });

const values = (rows: readonly HistoryRow[]): Value[][] =>
  rows.map(row => FIELDS.map(({ name }) => row[name as keyof HistoryRow]));

test('joins of random rows give what DuckDB gives', async () => {
  let compared = 0;
  await forRandom(async random => {
    const plan = makePlan(random);
    const relations = bindPlan(plan, source => sourceRelationOf(source, FIELDS));
    const { sql, cannot } = duckdbSql(plan, relations, source => source.name);
    const { fields } = relations.get(plan)!.schema;
    // Statistics of durations are numbers there.
    if (cannot.length > 0 || fields.some(({ type }) => type.kind === 'duration')) return;
    const histories = [history(random), history(random)];
    const graph = new Graph(planOf(plan));
    feedAtRandom(random, graph, histories, false);
    await oracle.load('left', FIELDS, values(histories[0]));
    await oracle.load('right', FIELDS, values(histories[1]));
    const theirs = await oracle.rows(sql, fields);
    const found = difference(
      graph.rows.map(({ row }) => row),
      theirs,
      100,
    );
    if (found !== null) throw new Error(`${found}\n${sql}`);
    compared++;
  }, RUNS);
  expect(compared).toBeGreaterThan(RUNS / 4);
});
