import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { exchange, last, mid, orderBook, Table, type BookLevel } from '../../../engine/src/index.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import type { HostLink, SessionHost } from '../../../engine/src/session/protocol.js';
import { cryptofeedRecording } from '../../support/cryptoRecordings.js';
import { FakeExchange, type FakeExchangeOptions } from '../../support/fakeExchange.js';
import { SimulatedBook } from '../../support/simulatedBook.js';

const GRID = { kind: 'grid' as const, title: null };

let host: SessionHost;
let link: HostLink;
let views = 0;
const fakes: FakeExchange[] = [];

beforeAll(() => {
  host = createNodeHost({ directory: '.' });
  link = host.link();
  setDefaultLink(link);
});
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.stop();
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
});

async function server(options: FakeExchangeOptions): Promise<FakeExchange> {
  const fake = await FakeExchange.start(options);
  fakes.push(fake);
  return fake;
}

/** Shows a live collection, so that it runs, and gives its rows as soon as they are as wanted. */
async function shown<Row>(
  collection: { readonly plan: PlanNode; rows(): Promise<Row[]> },
  wanted: (rows: readonly Row[]) => boolean,
): Promise<Row[]> {
  const viewId = `view ${views++}`;
  await link.request({ type: 'view', viewId, plan: collection.plan, owner: null, view: GRID });
  for (;;) {
    const rows = await collection.rows();
    if (wanted(rows)) return rows;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

test('a feed is subscribed to, and its rows are typed', async () => {
  const match = {
    type: 'match',
    trade_id: 7,
    side: 'sell',
    size: '2',
    price: '400.5',
    product_id: 'ETH-USD',
  };
  const fake = await server({
    answer: () => [
      JSON.stringify({ ...match, time: '2024-01-05T08:19:27.028459Z' }),
      '{"type":"error","message":"no"}',
    ],
  });
  const trades = exchange.coinbase({ channel: 'trades', symbols: ['ETH-USD'], url: fake.url });
  const few = trades.select('symbol', 'id', 'price', 'side', 'missed');
  const rows = await shown(few, ({ length }) => length > 0);
  expect(rows).toEqual([{ symbol: 'ETH-USD', id: 7, price: 400.5, side: 'buy', missed: null }]);
  expect(fake.said).toEqual([{ type: 'subscribe', product_ids: ['ETH-USD'], channels: ['matches'] }]);
});

test('a book is in step with the exchange: its snapshot is got over HTTP', async () => {
  const book = new SimulatedBook('ETHUSDT', 'spot', 1);
  const fake = await server({
    answer: () => ['{"result":null,"id":1}'],
    respond: path => (path === '/depth?symbol=ETHUSDT' ? book.snapshot() : null),
  });
  const changes = exchange.binance({
    channel: 'book',
    symbols: ['ETHUSDT'],
    url: fake.url,
    snapshotUrl: `${fake.httpUrl}/depth?symbol={symbol}`,
  });
  const levels = orderBook(changes, { depth: 10 });
  const few = levels.select('level', 'bid', 'bidSize', 'ask', 'askSize', 'state');
  await shown(few, () => true);
  while (fake.clients.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
  for (let k = 0; k < 60; k++) {
    await new Promise(resolve => setTimeout(resolve, 5));
    fake.publish(book.step(100).text);
  }
  const found = await shown(few, rows => bestOf(rows) === book.best.get(book.id));
  expect(found.map(({ level, state }) => `${level} ${state}`)).toEqual(
    Array.from({ length: 10 }, (_, k) => `${k + 1} synced`),
  );
});

/** The levels of a book as the simulated one tells them. */
function bestOf(rows: readonly Pick<BookLevel, 'bid' | 'bidSize' | 'ask' | 'askSize'>[]): string {
  const bids = rows.map(({ bid, bidSize }) => `${bid}x${bidSize}`).join(' ');
  return `${bids} | ${rows.map(({ ask, askSize }) => `${ask}x${askSize}`).join(' ')}`;
}

const recording = cryptofeedRecording('coinbase_20210417.cryptofeed');

test.skipIf(recording === null)('a recording that is sent again (skipped where it is absent)', async () => {
  const messages = (recording ?? []).flatMap(({ kind, bytes }) =>
    kind === 'message' ? [Buffer.from(bytes)] : [],
  );
  const fake = await server({
    answer: () => messages.map(String),
  });
  const changes = exchange.coinbase({ channel: 'book', symbols: ['SKL-USD'], url: fake.url });
  const best = orderBook(changes, { depth: 1 })
    .where(l => l.symbol.eq('SKL-USD'))
    .derive(l => ({ mid: mid(l.bid, l.ask) }));
  // The last message of the product, by the exchange's clock.
  const end = '2021-04-17T16:44:06.6';
  const [row] = await shown(best, ([first]) => first !== undefined && String(first.ts) > end);
  expect(row).toMatchObject({ symbol: 'SKL-USD', level: 1, state: 'synced' });
  expect(row.mid).toBeCloseTo(0.79, 2);
});

test('a table of changes is read by event time, and refused without', async () => {
  const columns = {
    ts: [1, 1, 2].map(second => new Date(second * 1000)),
    symbol: ['A', 'A', 'A'],
    kind: ['snapshot', 'snapshot', 'change'],
    side: ['bid', 'ask', 'bid'],
    price: [10, 11.5, 10.5],
    size: [1, 2, 3],
    last: [false, true, true],
  };
  const changes = Table.of(columns, { time: 'ts' });
  const book = orderBook(changes.replay({ time: 'ts', name: 'changes' }), { depth: 2 });
  expect(await book.select('level', 'bid', 'bidSize', 'ask', 'askSize').rows()).toEqual([
    { level: 1, bid: 10.5, bidSize: 3, ask: 11.5, askSize: 2 },
    { level: 2, bid: 10, bidSize: 1, ask: null, askSize: null },
  ]);
  const versions = await book.changes().select('kind', 'level', 'bid', 'state').rows();
  expect(versions).toEqual([
    { kind: '+I', level: 1, bid: 10, state: 'synced' },
    { kind: '-U', level: 1, bid: 10, state: 'synced' },
    { kind: '+U', level: 1, bid: 10.5, state: 'synced' },
    { kind: '+I', level: 2, bid: 10, state: 'synced' },
  ]);
  const grouped = book.groupBy('symbol').aggregate(l => ({ bid: last(l.bid) }));
  expect(await grouped.rows()).toHaveLength(1);
  await expect(
    orderBook(Table.of(columns).replay({ name: 'untimed' }), { depth: 2 }).rows(),
  ).rejects.toMatchObject({
    code: 'MR3531',
  });
  await expect(orderBook(changes.replay({ time: 'ts' }), { depth: 0 }).rows()).rejects.toMatchObject({
    code: 'MR3530',
  });
});
