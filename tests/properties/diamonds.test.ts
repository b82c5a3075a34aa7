import { expect, test } from 'vitest';
import { RowKind, type Batch } from '../../engine/src/columns/batch.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { AggregateCall, Expr } from '../../engine/src/expr/ast.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { batchOf, cut, FIELDS, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';

const column = (name: string): Expr => ({ kind: 'column', name });
const sum = (of: Expr): AggregateCall => ({
  fn: 'sum',
  args: [of],
  where: null,
  distinct: false,
  options: {},
});

/** What an account has got or given: size by size of all rows, by another column each time. */
function side(by: string, sign: 1 | -1): PlanNode {
  const size = sign === 1 ? column('size') : ({ kind: 'call', fn: 'neg', args: [column('size')] } as const);
  const summed: PlanNode = {
    kind: 'aggregate',
    input: SOURCE,
    keys: [by],
    window: null,
    allowedLatenessUs: 0,
    columns: [{ name: 'amount', call: sum(size) }],
  };
  return {
    kind: 'project',
    input: summed,
    keep: 'none',
    columns: [{ name: 'amount', expr: column('amount') }],
  };
}

/** All sides of all rows, put together by unions that are nested anyhow: as many signs of each kind. */
function ledger(random: Random): PlanNode {
  const keys = ['symbol', 'level', 'seq'];
  let plan: PlanNode = {
    kind: 'unionAll',
    inputs: [side(random.pick(keys), 1), side(random.pick(keys), -1)],
  };
  for (let more = random.below(3); more > 0; more--) {
    const pair = [side(random.pick(keys), 1), side(random.pick(keys), -1)];
    plan = random.chance(0.5)
      ? { kind: 'unionAll', inputs: [pair[0], plan, pair[1]] }
      : { kind: 'unionAll', inputs: [plan, { kind: 'unionAll', inputs: pair }] };
  }
  return plan;
}

test('at the end of every batch that comes out, what is on one side is on the other', () =>
  forRandom(random => {
    const total: PlanNode = {
      kind: 'aggregate',
      input: ledger(random),
      keys: [],
      window: null,
      allowedLatenessUs: 0,
      columns: [{ name: 'total', call: sum(column('amount')) }],
    };
    const seen: unknown[] = [];
    const take = ({ columns, kinds, length }: Batch): void => {
      for (let row = 0; row < length; row++) {
        const kind = kinds?.[row] ?? RowKind.Insert;
        if (kind === RowKind.Insert || kind === RowKind.UpdateAfter) seen.push(valueAt(columns[0], row));
      }
    };
    const relations = bindPlan(total, source => sourceRelationOf(source, FIELDS));
    const pipeline = new Pipeline(planPhysical(total, relations), take, () => 0);
    const rows = makeHistory(random, 60, { boundUs: 10, wide: false });
    for (const piece of cut(random, rows)) pipeline.push(0, batchOf(piece));
    pipeline.end(0);
    expect(seen.length).toBeGreaterThan(0);
    expect([...new Set(seen)]).toEqual([0n]);
  }));
