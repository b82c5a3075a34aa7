import { expect, test } from 'vitest';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { NO_EXCHANGE } from '../../engine/src/operators/apply.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { MemoryBudget } from '../../engine/src/runtime/memory.js';
import { runOnce } from '../../engine/src/runtime/oneShot.js';
import { MaterializedTable } from '../../engine/src/runtime/table.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { ALL_CALLS, batchOf, FIELDS, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const world = { directory: '.', now: () => 0, random: () => 0, after: () => () => undefined };
const UNLIMITED = { rows: Infinity, bytes: Infinity, lastUs: Infinity };
const column = (name: string) => ({ kind: 'column' as const, name });

function makeSource(random: Random): PlanNode {
  const rows = makeHistory(random, random.below(300), { boundUs: 10, wide: random.chance(0.2) }).filter(
    row => row.time !== null,
  );
  const { columns, length } = batchOf(rows);
  const fields = FIELDS.map(field => (field.name === 'time' ? { ...field, nullable: false } : field));
  return {
    ...SOURCE,
    fields,
    options: { arrow: encodeArrow(fields, columns, length) },
    time: { column: 'time', boundUs: 10, idleTimeoutUs: null, sequence: 'seq' },
  };
}

/** Windows or groups, and what may stand over them. */
function makePlan(random: Random): PlanNode {
  const windowed = random.chance(0.6);
  let plan: PlanNode = {
    kind: 'aggregate',
    input: makeSource(random),
    keys: random.pick([['symbol'], ['symbol', 'level'], []]),
    window: windowed
      ? random.pick<WindowSpec>([
          { type: 'tumble', parameters: { sizeUs: 10 } },
          { type: 'hop', parameters: { sizeUs: 30, slideUs: 10 } },
        ])
      : null,
    allowedLatenessUs: random.pick([0, 15]),
    columns: ALL_CALLS,
  };
  if (random.chance(0.3)) {
    // A table whose input takes rows back.
    const call = (fn: string, ...args: string[]) => ({
      fn,
      args: args.map(column),
      where: null,
      distinct: false,
      options: {},
    });
    const calls = [
      { name: 'n', call: call('count') },
      { name: 'total', call: call('sum', 'n') },
    ];
    plan = {
      kind: 'aggregate',
      input: plan,
      keys: ['nPrice'],
      window: null,
      allowedLatenessUs: 0,
      columns: calls,
    };
  }
  if (random.chance(0.4)) {
    const args = [column('n'), { kind: 'literal' as const, type: { kind: 'int32' as const }, value: 1 }];
    plan = { kind: 'filter', input: plan, predicate: { kind: 'call', fn: 'gt', args } };
  }
  if (random.chance(0.4))
    plan = { kind: 'project', input: plan, keep: 'all', columns: [{ name: 'm', expr: column('n') }] };
  if (random.chance(0.2))
    plan = { kind: 'project', input: plan, keep: 'none', columns: [{ name: 'n', expr: column('n') }] };
  if (random.chance(0.2))
    plan = { kind: 'keep', input: plan, retention: { lastUs: null, rows: 7, bytes: null } };
  if (random.chance(0.2)) plan = { kind: 'unionAll', inputs: [plan, plan] };
  return plan;
}

async function read(plan: PlanNode, closing: boolean): Promise<string[]> {
  const relations = bindPlan(plan, source => sourceRelationOf(source, source.fields!));
  const physical = planPhysical(plan, relations, { closing });
  const sources = await Promise.all(
    physical.sources.map(({ node: { name, options, fields, time } }) =>
      valuesConnector.open({ name, options, fields, time }, world),
    ),
  );
  const { rows, bytes, lastUs } = physical.table.retention;
  const limits = { rows: rows ?? Infinity, bytes: bytes ?? Infinity, lastUs: lastUs ?? Infinity };
  const table = new MaterializedTable(physical.table, { ...UNLIMITED, ...limits });
  await runOnce(physical, sources, {
    world,
    until: () => Infinity,
    now: Infinity,
    yieldTurn: () => Promise.resolve(),
    exchange: NO_EXCHANGE.exchange,
    memory: new MemoryBudget(Infinity, world),
    take(batch) {
      table.apply(batch);
      return false;
    },
  });
  const columns = table.gather(table.positions(0, table.total));
  return Array.from({ length: table.total }, (_, row) =>
    text(columns.map(each => valueAt(each, row))),
  ).sort();
}

test('a read to the end gives the same rows whether it tells changes on the way or each result once', () =>
  forRandom(
    async random => {
      const plan = makePlan(random);
      const once = await read(plan, true);
      expect(once).toEqual(await read(plan, false));
    },
    Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 5),
  ));
