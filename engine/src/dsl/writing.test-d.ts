import { expectTypeOf, test } from 'vitest';
import type { Temporal } from 'temporal-polyfill';
import type { Changed } from './changelog.js';
import { file } from './files.js';
import { postgres } from './postgres.js';
import { secret } from './secret.js';
import type { Stream } from './stream.js';
import type { StreamTable } from './streamTable.js';
import type { StartedWrite } from './writing.js';
import { webSocketServer } from './webSocketServer.js';

interface Trade {
  readonly ts: Temporal.Instant;
  readonly symbol: string;
  readonly size: number;
}
declare const trades: Stream<Trade>;
declare const table: StreamTable<Trade>;

test('writes take sinks, and give what has begun', async () => {
  expectTypeOf(await trades.writeTo(file.csv('a.csv', { every: '1 h' }))).toEqualTypeOf<StartedWrite>();
  void table.writeTo(postgres({ url: secret('PG_URL'), table: 'trades', mode: 'upsert' }), {
    emit: 'changes',
  });
  void table.writeTo(webSocketServer({ port: 8090, whenSlow: 'skip' }));
  // @ts-expect-error a path is no sink
  void trades.writeTo('a.csv');
  // @ts-expect-error there is no such option
  void trades.writeTo(file.csv('a.csv'), { emit: 'late' });
  // @ts-expect-error a table has to be named
  postgres({ url: secret('PG_URL') });
  // @ts-expect-error neither way to write
  postgres({ url: secret('PG_URL'), table: 'trades', mode: 'append' });
  // @ts-expect-error a Parquet file has no formulas
  file.parquet('a.parquet', { formulaGuard: true });
});

test('functions get rows of the columns, or changes, or lists', async () => {
  trades.subscribe(row => expectTypeOf(row).toEqualTypeOf<Trade>());
  trades.subscribe(rows => expectTypeOf(rows).toEqualTypeOf<Trade[]>(), { batch: true });
  trades.subscribe(row => expectTypeOf(row.ts).toEqualTypeOf<Date>(), { time: 'date' });
  table.subscribe(row => expectTypeOf(row).toEqualTypeOf<Changed<Trade, 'kind'>>(), { emit: 'changes' });
  // @ts-expect-error there is no such column
  trades.subscribe(row => row.price);
  // @ts-expect-error final rows have no kind
  table.subscribe(row => row.kind);
  for await (const row of trades) expectTypeOf(row).toEqualTypeOf<Trade>();
});
