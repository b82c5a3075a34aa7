import type { Temporal } from 'temporal-polyfill';
import { expectTypeOf, test } from 'vitest';
import { count, float64, input, int64, md, replay, schema, string, timestamp } from '../index.js';
import type { BoolExpr, Input, NumExpr, StrExpr, TimeExpr } from '../index.js';

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64 });
const trades = replay('trades.csv', { schema: Trade, time: 'ts' });

test('an input is an expression of its type, with its value', () => {
  const least = input.range({ min: 0, max: 10, value: 1 });
  expectTypeOf(least).toExtend<NumExpr>();
  expectTypeOf(least.value).toEqualTypeOf<number>();
  const symbol = input.select({ options: ['AAPL', 'MSFT'], value: 'AAPL' });
  expectTypeOf(symbol).toExtend<StrExpr>();
  expectTypeOf(symbol.value).toEqualTypeOf<'AAPL' | 'MSFT'>();
  const level = input.select({ options: { low: 1, high: 2 } });
  expectTypeOf(level).toExtend<NumExpr>();
  expectTypeOf(level.value).toEqualTypeOf<1 | 2>();
  const open = input.toggle();
  expectTypeOf(open).toExtend<BoolExpr>();
  expectTypeOf(input.text().value).toEqualTypeOf<string>();
  const from = input.date({ value: '2026-01-05' });
  expectTypeOf(from).toExtend<TimeExpr>();
  expectTypeOf(from.value).toEqualTypeOf<Temporal.Instant>();
  expectTypeOf(open).toEqualTypeOf<Input<boolean>>();
  trades
    .where(t => t.size.gt(least).and(t.symbol.eq(symbol), t.ts.ge(from), open.not().or(t.price.lt(least))))
    .derive(t => ({ over: t.size.sub(least), by: least }))
    .groupBy('symbol')
    .aggregate(t => ({ n: count({ where: t.size.gt(level) }) }));
  least.value = 5;
  from.value = '2026-01-06';
  from.value = new Date();
  void symbol.set('MSFT');
  // @ts-expect-error - not one of its options
  void symbol.set('XOM');
  // @ts-expect-error - a text is no number
  least.value = '5';
  // @ts-expect-error - a number is not compared with a text
  trades.where(t => t.size.gt(symbol));
  // @ts-expect-error - a time is not compared with a number
  trades.where(t => t.ts.gt(least));
  // @ts-expect-error - the value is none of the options
  input.select({ options: ['AAPL', 'MSFT'], value: 'XOM' });
  // @ts-expect-error - options of several kinds have no type
  trades.where(t => t.symbol.eq(input.select({ options: ['AAPL', 1] })));
  // @ts-expect-error - a range has bounds
  input.range({ value: 1 });
});

test('single values are promises, and values of texts', async () => {
  expectTypeOf(await trades.count()).toEqualTypeOf<number>();
  expectTypeOf(await trades.min('ts')).toEqualTypeOf<Temporal.Instant | null>();
  expectTypeOf(await trades.last('symbol')).toEqualTypeOf<string | null>();
  expectTypeOf(await trades.avg('price')).toEqualTypeOf<number | null>();
  expectTypeOf(trades.count()).toExtend<Promise<number>>();
  md`There were **${trades.count()}** trades since ${trades.min('ts')}`;
  // @ts-expect-error - no such column
  void trades.max('volume');
});
