import type { Temporal } from 'temporal-polyfill';
import { expectTypeOf, test } from 'vitest';
import type { Decimal } from './decimal.js';
import type { Stream } from './stream.js';
import type { StreamTable } from './streamTable.js';
import type { Table } from './table.js';

interface Bar {
  symbol: string;
  windowEnd: Temporal.Instant;
  close: number | null;
  fee: Decimal;
}
declare const bars: StreamTable<Bar>;
declare const table: Table<Bar>;
declare const stream: Stream<Bar>;
declare const end: Temporal.Instant;

test('keys and rows are typed by the columns', async () => {
  const kv = bars.index('symbol');
  expectTypeOf(await kv.get('A')).toEqualTypeOf<Bar | null>();
  expectTypeOf(await kv.getAll({ symbol: 'A' })).toEqualTypeOf<Bar[]>();
  expectTypeOf(await kv.range('A', undefined, { limit: 3 })).toEqualTypeOf<Bar[]>();
  expectTypeOf(await kv.at('10:30').get('A')).toEqualTypeOf<Bar | null>();
  expectTypeOf(kv.watch('A', row => expectTypeOf(row).toEqualTypeOf<Bar | null>())).toEqualTypeOf<
    () => void
  >();
  for await (const row of kv.watch('A')) expectTypeOf(row).toEqualTypeOf<Bar | null>();

  const both = bars.index('symbol', 'windowEnd');
  await both.get('A', end);
  await both.get('A', new Date());
  await both.get({ symbol: 'A', windowEnd: '2026-01-05T10:00:00Z' });
  await both.range(['A'], ['A', end]);
  both.watch(['A', end], () => undefined);
  await table.index('close').get(null);
  await table.index('fee').get('1.25');

  // @ts-expect-error there is no such column
  bars.index('symbl');
  // @ts-expect-error a column at least
  bars.index();
  // @ts-expect-error a symbol is text
  await kv.get(1);
  // @ts-expect-error a symbol is never NULL
  await kv.get(null);
  // @ts-expect-error both columns
  await both.get('A');
  // @ts-expect-error the columns in their order
  await both.get(end, 'A');
  // @ts-expect-error no column of the index
  await both.get({ symbol: 'A', close: 1 });
  // @ts-expect-error a table that does not change has nothing to watch
  table.index('symbol').watch('A');
  // @ts-expect-error and no past
  table.index('symbol').at('10:30');
  // @ts-expect-error the rows of a stream are kept first: keep()
  stream.index('symbol');
});
