/** Type tests of patterns of rows: compiled, never run. */
import type { Temporal } from 'temporal-polyfill';
import { float64, int64, replay, schema, string, timestamp, tumble } from '../index.js';
import type { LabelsOf, Stream } from '../index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function holds<_Condition extends true>(): void {}

holds<Equal<LabelsOf<'START DOWN+ UP'>, 'START' | 'DOWN' | 'UP'>>();
holds<Equal<LabelsOf<'A{2,3}?(B|C1*)  PERMUTE(D, E_)'>, 'A' | 'B' | 'C1' | 'D' | 'E_'>>();
holds<Equal<LabelsOf<string>, string>>();

const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64.nullable() });
const trades = replay('trades.parquet', { schema: Trade, time: 'ts', watermark: '2 s' });

const falls = trades.matchPattern({
  by: 'symbol',
  pattern: 'START DOWN+ FLAT* UP{2,} END{0,3}',
  define: (t, m) => ({
    DOWN: t.price.lt(m.prev(t.price)).and(m.count('DOWN').le(10)),
    UP: t.price.gt(m.last('DOWN').price).and(m.avg('UP', u => u.price).lt(m.max('DOWN', d => d.price))),
    FLAT: m.last('DOWN', d => d.symbol, 1).eq('AAPL'),
  }),
  measures: m => ({
    from: m.first('START').price,
    bottom: m.last('DOWN').price,
    second: m.first('DOWN', t => t.price, 1),
    flat: m.last('FLAT').price,
    ended: m.last('END', t => t.ts),
    falls: m.count('DOWN'),
    volume: m.sum('DOWN', t => t.size),
    flatMean: m.avg('FLAT', t => t.price),
    mean: m.avg(['DOWN'], t => t.price),
    high: m.max('*', t => t.price),
    change: m.last('*').price.sub(m.first('*').price),
  }),
  within: '1 hour',
  afterMatch: { skipToLast: 'UP' },
});
const fallRows = () => falls.rows();
holds<
  Equal<
    Awaited<ReturnType<typeof fallRows>>,
    {
      symbol: string;
      from: number;
      bottom: number;
      second: number | null;
      flat: number | null;
      ended: Temporal.Instant | null;
      falls: number;
      volume: number | null;
      flatMean: number | null;
      mean: number | null;
      high: number;
      change: number;
      matchTime: Temporal.Instant;
    }[]
  >
>();
// Matches are a stream again, which can be windowed.
void falls.window(tumble('1 min')).groupBy('symbol');
// Where a label stands in a group or beside an alternative, a match may lack it.
const either = trades.matchPattern({
  pattern: 'A (B | C)',
  measures: m => ({ b: m.last('B').price, n: m.count('*') }),
});
const eitherStream: Stream<{ b: number | null; n: number; matchTime: Temporal.Instant }> = either;
void eitherStream;

// Mistakes.
trades.matchPattern({
  pattern: 'A B',
  // @ts-expect-error C is not in the pattern
  define: t => ({ A: t.price.gt(1), C: t.price.gt(2) }),
  measures: m => ({ a: m.last('A').price }),
});
// @ts-expect-error nor here
trades.matchPattern({ pattern: 'A B', measures: m => ({ a: m.last('C').price }) });
// @ts-expect-error no such column
trades.matchPattern({ pattern: 'A B', measures: m => ({ a: m.last('A').prise }) });
// @ts-expect-error no such key
trades.matchPattern({ by: 'symbl', pattern: 'A B', measures: m => ({ a: m.last('A').price }) });
trades.matchPattern({
  pattern: 'A B',
  measures: m => ({ a: m.count('A') }),
  // @ts-expect-error no label to go on at
  afterMatch: { skipToFirst: 'C' },
});
// @ts-expect-error a definition is a condition
trades.matchPattern({ pattern: 'A B', define: t => ({ A: t.price }), measures: m => ({ a: m.count('A') }) });
// @ts-expect-error text has no sum
trades.matchPattern({ pattern: 'A B', measures: m => ({ a: m.sum('A', t => t.symbol) }) });
// @ts-expect-error measures have no row before: they are of the whole match
trades.matchPattern({ pattern: 'A B', measures: m => ({ a: m.prev(1) }) });
