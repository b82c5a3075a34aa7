import { describe, expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import { INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { coalesce, Stream, sum, tumble } from '../../engine/src/index.js';
import type { PhysicalPlan } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { sourceNode } from '../../engine/src/plan/build.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { MaterializedTable } from '../../engine/src/runtime/table.js';
import { forRandom, Random } from './random.js';

/**
 * Money that goes from one account to another is nowhere lost: one row of input is one transfer, and at every batch that the engine puts out all accounts
 * together hold nothing.
 */

const FIELDS: readonly Field[] = [
  { name: 'from', type: STRING, nullable: false },
  { name: 'to', type: STRING, nullable: false },
  { name: 'amount', type: INT64, nullable: false },
  { name: 'ts', type: timestampType('ms'), nullable: false },
];
const ACCOUNTS = new Dictionary(Array.from({ length: 10 }, (_, k) => `account ${k}`));
const DISORDER_MS = 10_000;

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly ts: Date;
}

const transfers = new Stream<Transfer>(
  sourceNode({
    name: 'transfers',
    connector: 'values',
    options: {},
    fields: FIELDS,
    time: { column: 'ts', boundUs: DISORDER_MS * 1000, idleTimeoutUs: null, sequence: null },
    clocked: true,
  }),
);
const legs = (rows: typeof transfers) =>
  rows
    .derive(t => ({ account: t.to, value: t.amount }))
    .select('account', 'value', 'ts')
    .unionAll(
      rows
        .derive(t => ({ account: t.from, value: t.amount.neg() }))
        .select('account', 'value', 'ts') as never,
    );
const credits = transfers.groupBy('to').aggregate(t => ({ credit: sum(t.amount) }));
const debits = transfers.groupBy('from').aggregate(t => ({ debit: sum(t.amount) }));

/** Each with the column that adds up to nothing. */
const FORMS: Readonly<Record<string, () => { readonly plan: PlanNode }>> = {
  'accounts of both legs': () =>
    legs(transfers)
      .groupBy('account')
      .aggregate(t => ({ total: sum(t.value) })),
  'accounts of legs in windows': () =>
    legs(transfers)
      .window(tumble('1 min'), { allowedLateness: '30 s' })
      .groupBy('account')
      .aggregate(t => ({ total: sum(t.value) })),
  'accounts of windows of accounts': () =>
    legs(transfers)
      .window(tumble('1 min'))
      .groupBy('account')
      .aggregate(t => ({ total: sum(t.value) }))
      .groupBy('account')
      .aggregate(t => ({ total: sum(t.total) })),
  'all accounts together': () =>
    legs(transfers)
      .groupBy('account')
      .aggregate(t => ({ total: sum(t.value) }))
      .groupBy()
      .aggregate(t => ({ total: sum(t.total) })),
};

/** The same by two ways, each of which keeps its own groups. */
const BY_TWO_WAYS: Readonly<Record<string, () => { readonly plan: PlanNode }>> = {
  'accounts of two groupings': () =>
    credits
      .rename({ to: 'account', credit: 'value' })
      .unionAll(
        debits.derive(t => ({ value: t.debit.neg(), account: t.from })).select('account', 'value') as never,
      )
      .groupBy('account')
      .aggregate(t => ({ total: sum((t as never as { value: never }).value) })) as never,
  'balances of joined groupings': () =>
    credits
      .join(debits, { by: { to: 'from' }, how: 'full' })
      .derive(t => ({ total: coalesce(t.credit, 0).sub(coalesce(t.debit, 0)) }))
      .select('total'),
};

function physicalOf(plan: PlanNode): PhysicalPlan {
  return planPhysical(
    plan,
    bindPlan(plan, source => sourceRelationOf(source, FIELDS)),
  );
}

/** Random transfers, no later than the disorder. */
function transferBatch(random: Random, length: number, clock: { now: number; high: number }): Batch {
  const lane = () => new Int32Array(length);
  const [from, to] = [lane(), lane()];
  const amount = new Float64Array(length);
  const ts = new Float64Array(length);
  const marks = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    from[row] = random.below(10);
    to[row] = random.below(10);
    amount[row] = 1 + random.below(1000);
    clock.now += random.below(3);
    ts[row] = clock.now - random.below(DISORDER_MS);
    clock.high = Math.max(clock.high, ts[row]);
    marks[row] = (clock.high - DISORDER_MS) * 1000;
  }
  const text = (data: Int32Array) => ({ type: STRING, data, valid: null, dictionary: ACCOUNTS });
  const number = (type: Field['type'], data: Float64Array) => ({ type, data, valid: null, dictionary: null });
  return {
    schema: { fields: FIELDS },
    length,
    columns: [text(from), text(to), number(INT64, amount), number(FIELDS[3].type, ts)],
    kinds: null,
    marks,
    watermark: marks[length - 1],
  };
}

/** Sends transfers through a plan. At every batch that comes out the totals that it holds add up to nothing. */
function expectNothingLost(plan: PlanNode, random: Random, count: number, most: number): number {
  const changes = physicalOf({ kind: 'changes', input: plan, column: '#kind' });
  const whole = physicalOf(plan);
  const table = new MaterializedTable(whole.table);
  const column = whole.table.schema.fields.findIndex(({ name }) => name === 'total');
  let total = 0;
  let told = 0;
  const expectZero = (what: string, found: number): void => {
    if (found !== 0) throw new Error(`${what} add up to ${found} after ${told} changes`);
  };
  const first = new Pipeline(
    changes,
    ({ length, columns }) => {
      if (length === 0) return;
      told += length;
      const [{ data: kinds, dictionary }] = columns;
      const { data } = columns[column + 1];
      for (let row = 0; row < length; row++) {
        const kind = dictionary!.at(kinds[row] as number);
        total += kind === '-U' || kind === '-D' ? -(data[row] as number) : (data[row] as number);
      }
      expectZero('changes', total);
    },
    () => 0,
  );
  const second = new Pipeline(
    whole,
    batch => {
      table.apply(batch);
      // Few rows are in the table, but it is looked at often.
      if (batch.length === 0 || (count > 10_000 && !random.chance(0.02))) return;
      const { data } = table.gather(table.positions(0, table.total))[column];
      let held = 0;
      for (let row = 0; row < table.total; row++) held += data[row] as number;
      expectZero('rows', held);
    },
    () => 0,
  );
  const clock = { now: 1_767_600_000_000, high: 0 };
  for (let sent = 0; sent < count;) {
    const batch = transferBatch(random, Math.min(count - sent, 1 + random.below(most)), clock);
    first.push(0, batch);
    second.push(0, batch);
    sent += batch.length;
  }
  first.end(0);
  second.end(0);
  return told;
}

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 10);

describe.each(Object.entries({ ...FORMS, ...BY_TWO_WAYS }))('%s', (_, form) => {
  test('hold nothing together at any batch', () =>
    forRandom(random => {
      const told = expectNothingLost(
        form().plan,
        random,
        200 + random.below(2000),
        random.pick([1, 5, 60, 500]),
      );
      expect(told).toBeGreaterThan(0);
    }, RUNS));
});

test.each([
  ['both legs', FORMS['accounts of both legs']],
  ['joined groupings', BY_TWO_WAYS['balances of joined groupings']],
])('a million transfers among ten accounts: %s', { timeout: 60_000 }, (_, form) => {
  expect(expectNothingLost(form().plan, new Random(7), 1_000_000, 8192)).toBeGreaterThan(1000);
});

test('the check sees money that is lost', () => {
  const lost = transfers
    .derive(t => ({ account: t.to, value: t.amount }))
    .groupBy('account')
    .aggregate(t => ({ total: sum(t.value) }));
  expect(() => expectNothingLost(lost.plan, new Random(7), 100, 10)).toThrow(/add up to/);
});
