import { expectTypeOf, test } from 'vitest';
import type { Temporal } from 'temporal-polyfill';
import { generator, int64, kafka, kafkaTopic, poll, schema, sse, string, timestamp } from '../index.js';

const Trade = schema({ id: int64, symbol: string, ts: timestamp('ms') });

test('rows of topics have the columns of their records', async () => {
  const trades = kafka({
    brokers: 'localhost:9092',
    topic: 'trades',
    schema: Trade,
    time: 'ts',
    metadata: { offset: 'o', deleted: 'gone' },
  });
  const [row] = await trades.rows();
  expectTypeOf(row.symbol).toEqualTypeOf<string>();
  expectTypeOf(row.gone).toEqualTypeOf<boolean>();
  expectTypeOf(row.o).toEqualTypeOf<number>();
  // @ts-expect-error there is no such column
  void row.offset;
  // @ts-expect-error the event time is a column
  kafka({ brokers: 'b:1', topic: 't', schema: Trade, time: 'none' });
  // @ts-expect-error a topic has brokers
  kafkaTopic({ topic: 't' });
});

test('rows over HTTP have the columns of their schema', async () => {
  const quotes = poll('https://example.com', {
    schema: Trade,
    key: 'id',
    updated: 'ts',
    receivedAt: 'received',
  });
  const [row] = await quotes.rows();
  expectTypeOf(row.received).toEqualTypeOf<Temporal.Instant>();
  // @ts-expect-error the key is a column
  poll('https://example.com', { schema: Trade, key: 'none' });
  // @ts-expect-error there is no such option
  sse('https://example.com', { every: '1 s' });
});

test('made-up rows have their columns', async () => {
  const [quote] = await generator.quotes({ seed: 1 }).rows();
  expectTypeOf(quote.bid).toEqualTypeOf<number>();
  const [reading] = await generator.weather({ days: 1 }).rows();
  expectTypeOf(reading.wind).toEqualTypeOf<number | null>();
  // @ts-expect-error a delay has a unit
  generator.market({ disorder: { rate: 0.1, delay: 5 } });
});
