/** Type tests of decimals, durations and nested values: compiled, never run. Each `@ts-expect-error` line is a mistake that the compiler has to catch. */
import type { Temporal } from 'temporal-polyfill';
import { avg, date, Decimal, decimal, duration, float64, int64, json, max, replay } from '../index.js';
import { schema, string, sum, timestamp } from '../index.js';
import type { Json, RowOf } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

const Fill = schema({
  ts: timestamp('ns'),
  received: timestamp('ms').nullable(),
  day: date,
  symbol: string,
  price: decimal(12, 4),
  fee: decimal(10, 2).nullable(),
  size: int64,
  ratio: float64,
  gap: duration('us'),
  payload: json(),
});
type Fill = RowOf<typeof Fill>;
holds<Equal<Fill['price'], Decimal>>();
holds<Equal<Fill['fee'], Decimal | null>>();
holds<Equal<Fill['gap'], Temporal.Duration>>();
holds<Equal<Fill['payload'], Json>>();

const fills = replay('fills.parquet', { schema: Fill, time: 'ts' });

const derived = fills.derive(t => ({
  notional: t.price.mul(t.size),
  same: t.size.mul(t.price),
  net: t.price.sub(t.fee).add('0.01').add(1.5).add(new Decimal('2.25')),
  share: t.price.div(t.price),
  rounded: t.fee.round(1),
  later: t.ts.add('5 min'),
  late: t.received.sub(t.gap),
  age: t.received.sub(t.ts),
  tomorrow: t.day.add(1),
  old: t.ts.sub(t.day),
  seconds: t.gap.div('1 s'),
  double: t.gap.mul(2).add('1 ms'),
  bid: t.payload.json('$.bids[0]').at(0).asDecimal(18, 8),
  levels: t.payload.json('$.bids').jsonLength(),
  text: t.symbol.json('$.x').asString(),
  when: t.payload.json('$.t').asTimestamp('ms'),
  flag: t.payload.json('$.ok').asBoolean(),
  has: t.payload.contains('x'),
  keys: t.payload.keys(),
}));
const derivedRows = () => derived.rows();
type Derived = Awaited<ReturnType<typeof derivedRows>>[number];
holds<Equal<Derived['notional'], Decimal>>();
holds<Equal<Derived['same'], Decimal>>();
holds<Equal<Derived['net'], Decimal | null>>();
holds<Equal<Derived['share'], number>>();
holds<Equal<Derived['rounded'], Decimal | null>>();
holds<Equal<Derived['later'], Temporal.Instant>>();
holds<Equal<Derived['late'], Temporal.Instant | null>>();
holds<Equal<Derived['age'], Temporal.Duration | null>>();
holds<Equal<Derived['tomorrow'], Temporal.PlainDate>>();
holds<Equal<Derived['old'], Temporal.Duration>>();
holds<Equal<Derived['seconds'], number>>();
holds<Equal<Derived['double'], Temporal.Duration>>();
holds<Equal<Derived['bid'], Decimal | null>>();
holds<Equal<Derived['levels'], number | null>>();
holds<Equal<Derived['text'], string | null>>();
holds<Equal<Derived['when'], Temporal.Instant | null>>();
holds<Equal<Derived['flag'], boolean | null>>();
holds<Equal<Derived['has'], boolean | null>>();
holds<Equal<Derived['keys'], Json | null>>();

const textRows = () => fills.rows({ decimal: 'text', time: 'date' });
type TextRow = Awaited<ReturnType<typeof textRows>>[number];
holds<Equal<TextRow['price'], string>>();
holds<Equal<TextRow['fee'], string | null>>();
holds<Equal<TextRow['ts'], Date>>();

const totals = fills
  .groupBy('symbol')
  .aggregate(t => ({ total: sum(t.price), fees: sum(t.fee), mean: avg(t.price), longest: max(t.gap) }));
const totalRows = () => totals.rows();
type Total = Awaited<ReturnType<typeof totalRows>>[number];
holds<Equal<Total['total'], Decimal>>();
holds<Equal<Total['fees'], Decimal | null>>();
holds<Equal<Total['mean'], number>>();
holds<Equal<Total['longest'], Temporal.Duration>>();

// Comparisons with everything that is written as such a value.
fills.where(t => t.price.gt('1.25').and(t.price.le(2), t.price.ne(new Decimal(3)), t.price.lt(t.fee)));
fills.where(t => t.price.gt(t.size).and(t.size.lt(t.price)));
fills.where(t => t.gap.between('1 ms', '5 min').and(t.gap.lt(t.gap)));
fills.where(t => t.price.isIn(['1.25', 3]));

// @ts-expect-error a decimal is no time
fills.where(t => t.price.gt(t.ts));
// @ts-expect-error a duration is no number
fills.where(t => t.gap.gt(5));
// @ts-expect-error durations do not multiply
fills.derive(t => ({ x: t.gap.mul(t.gap) }));
// @ts-expect-error times do not add up
fills.derive(t => ({ x: t.ts.add(t.ts) }));
// @ts-expect-error a nested value has no order
fills.where(t => t.payload.gt(1));
// @ts-expect-error a nested value has to be read as something first
fills.derive(t => ({ x: t.payload.add(1) }));
// @ts-expect-error decimals have no square root: cast first
fills.derive(t => ({ x: t.price.sqrt() }));
// @ts-expect-error a decimal has a precision and a scale
decimal(12);
