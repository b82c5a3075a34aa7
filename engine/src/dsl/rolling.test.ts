import { describe, expect, it } from 'vitest';
import { explainPlan, explainText } from '../plan/explain.js';
import { bindPlan, sourceRelationOf } from '../plan/bind.js';
import { FLOAT64, STRING, timestampType } from '../columns/types.js';
import { operatorText } from '../physical/operatorText.js';
import { planPhysical } from '../physical/planner.js';
import { flinkSql } from '../sql/flink.js';
import { avg, count, cumSum, desc, lag, lead, max, rank, replay, sum, tumble } from '../index.js';
import type { AnyRow, Rolled } from '../index.js';
import type { PlanNode } from '../plan/plan.js';

const trades = replay('trades.csv', { time: 'ts', watermark: '2 s' });
const FIELDS = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const boundPlan = (plan: PlanNode, time: string | null = 'ts') =>
  bindPlan(plan, source => ({ ...sourceRelationOf(source, FIELDS), time }));
const bound = (plan: PlanNode, time: string | null = 'ts') => boundPlan(plan, time).get(plan)!;

describe('rolling', () => {
  it('reads as it was written', () => {
    const { plan } = trades
      .rolling({ by: 'symbol', rows: [-20, -1] })
      .derive(t => ({ ma: avg(t.price), total: cumSum(t.price), before: lag(t.price, 2) }));
    expect(explainText(explainPlan(plan)).split('\n')[0]).toBe(
      'rolling by symbol over 20 rows, the last of them 1 before: ma = avg(price), total = sum(price), before = lag(price, rows = 2)',
    );
  });

  it('gives columns that can be NULL where the frame can be empty', () => {
    const nullable = (rows: number | readonly [number, number]) => {
      const options = { by: 'symbol', rows } as { by: string; rows: readonly [number, number] };
      const { schema } = bound(trades.rolling(options).derive(t => ({ ma: avg(t.price), n: count() })).plan);
      return schema.fields.slice(3).map(field => field.nullable);
    };
    expect(nullable(20)).toEqual([false, false]);
    expect(nullable([-3, -1])).toEqual([true, false]);
  });

  it.each<[string, () => unknown]>([
    ['MR1311', () => trades.rolling({ rows: 2, range: '5 s' })],
    ['MR1312', () => trades.rolling({ rows: 0 })],
    ['MR1312', () => trades.rolling({ rows: [-1, 2] })],
    ['MR1310', () => trades.rolling().derive(t => ({ price: t.price }) as unknown as Rolled)],
    ['MR2121', () => bound(trades.rolling({ range: '5 s' }).derive(() => ({ n: count() })).plan, null)],
    ['MR2121', () => bound(trades.rolling().derive(() => ({ place: rank() })).plan, null)],
    ['MR2122', () => bound(trades.rolling({ by: 'symbol' }).derive(t => ({ symbol: max(t.symbol) })).plan)],
    ['MR3130', () => bound(trades.rolling().derive(t => ({ next: lead(t.price, 0) })).plan)],
    ['MR2130', () => bound(trades.topN(0, { by: t => t.price }).plan)],
    ['MR2102', () => bound(trades.topN(1, { by: t => t.price, rowNumber: 'price' }).plan)],
  ])('says %s', (code, work) => {
    expect(work).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('rolling over a table', () => {
  const table = trades.groupBy('symbol').aggregate(t => ({ price: sum(t.price) }));
  const rolled = table.rolling({ rows: 2 }).derive(t => ({ ma: avg(t.price) }));

  it('is a table of the same key', () => {
    expect(rolled.kind).toBe('StreamTable');
    expect(bound(rolled.plan)).toMatchObject({ mode: 'retract', key: ['symbol'] });
    const replaced = table.rolling().derive(t => ({ symbol: max(t.symbol) }));
    expect(bound(replaced.plan)).toMatchObject({ mode: 'retract', key: null });
  });

  it('is told to go over rows that change', () => {
    const [, rolling] = planPhysical(rolled.plan, boundPlan(rolled.plan)).operators;
    expect(operatorText(rolling)).toBe('rolling by () over 2 rows (over rows that change): ma = avg(price)');
  });

  it('has no counterpart in Flink but over windows, which come once there', () => {
    const cannot = (of: { readonly plan: PlanNode }): readonly string[] =>
      flinkSql(of.plan, boundPlan(of.plan), () => ({ table: 'trades' }) as never, {}).cannot.map(
        ({ why }) => why,
      );
    const why = 'OVER takes rows that only come in Flink, and those of this table change';
    expect(cannot(rolled)).toContain(why);
    const windows = trades
      .window(tumble('10 s'))
      .groupBy('symbol')
      .aggregate(t => ({ price: sum(t.price) }));
    expect(cannot(windows.rolling({ rows: 2 }).derive(t => ({ ma: avg(t.price) })))).not.toContain(why);
  });
});

describe('topN', () => {
  const volumes = trades
    .window(tumble('10 s'))
    .groupBy('symbol')
    .aggregate(t => ({ volume: sum(t.price) }));
  const by = (t: AnyRow) => desc(t.volume);

  it('gives windows once, and a table of what changes elsewhere', () => {
    const final = volumes.final().topN(3, { by, within: 'windowEnd' });
    expect(final.kind).toBe('Stream');
    expect(bound(final.plan)).toMatchObject({ mode: 'append', time: 'windowTime' });
    const table = volumes.topN(3, { by, within: 'windowEnd' });
    expect(table.kind).toBe('StreamTable');
    expect(bound(table.plan)).toMatchObject({ mode: 'retract', key: ['symbol', 'windowEnd'] });
    expect(bound(table.final().plan)).toMatchObject({ mode: 'append' });
    expect(
      bound(trades.topN(3, { by: t => t.price, within: 'symbol', rowNumber: 'place' }).plan).key,
    ).toEqual(['symbol', 'place']);
  });
});
