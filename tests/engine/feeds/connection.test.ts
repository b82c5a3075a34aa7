import { gzipSync, deflateRawSync, deflateSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { FLOAT64, INT64, STRING, timestampType } from '../../../engine/src/columns/types.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { WebSocketConnection } from '../../../engine/src/node/sources/webSocketConnection.js';
import { webSocketOptions } from '../../../engine/src/node/sources/webSocketOptions.js';
import { realWorld } from '../../../engine/src/node/world.js';
import type { Arrival } from '../../../engine/src/sources/arrival.js';
import { FakeExchange, type FakeExchangeOptions } from '../../support/fakeExchange.js';
import { LiveRows } from '../../support/liveRows.js';
import { fieldOf, sourceRequest } from '../../support/sourceRows.js';

const FIELDS = [
  fieldOf('ts', timestampType('ms'), false),
  fieldOf('symbol', STRING, false),
  fieldOf('price', FLOAT64, false),
  fieldOf('seq', INT64),
];
const trade = (seq: number, symbol = 'A'): string =>
  JSON.stringify({ ts: 1_709_908_200_000 + seq, symbol, price: seq / 2, seq });
const world = realWorld('.');

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function exchange(options: FakeExchangeOptions = {}): Promise<FakeExchange> {
  const fake = await FakeExchange.start(options);
  cleanUp.push(() => fake.stop());
  return fake;
}

async function feed(url: string, options: Record<string, unknown> = {}): Promise<LiveRows> {
  const rows = await LiveRows.open(webSocketConnector, { url, ...options }, world, {
    fields: FIELDS,
    time: 'ts',
  });
  cleanUp.push(() => rows.close());
  return rows;
}

async function eventsOf(url: string, options: Record<string, unknown> = {}): Promise<LiveRows> {
  const rows = await LiveRows.open(webSocketConnector, { url, ...options, decode: 'events' }, world, {
    time: 'at',
  });
  cleanUp.push(() => rows.close());
  return rows;
}

describe('messages', () => {
  test('come as text or binary, in order', async () => {
    const fake = await exchange({ greet: () => [trade(1), Buffer.from(trade(2)), trade(3)] });
    const rows = await feed(fake.url);
    await rows.until(({ length }) => length === 3);
    expect(rows.column('seq')).toEqual([1n, 2n, 3n]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflateRaw', deflateRawSync],
  ] as const)(
    'are read when they are compressed with %s, and text is as it is',
    async (compression, compress) => {
      const fake = await exchange({
        greet: () => [compress(trade(1)), trade(2), Buffer.from('no'), compress(trade(3))],
      });
      const rows = await feed(fake.url, { compression });
      await rows.until(({ length }) => length === 3);
      expect(rows.column('seq')).toEqual([1n, 2n, 3n]);
      expect(rows.counters).toMatchObject({ rejected: 1, reconnects: 0 });
      expect(rows.counters.rejects[0].reason).toContain(compression);
    },
  );

  test('get a column of their receive times, in order and in microseconds', async () => {
    const before = Date.now() * 1000;
    const fake = await exchange({ greet: () => [trade(1), trade(2)] });
    const rows = await feed(fake.url, { receivedAt: 'received' });
    await rows.until(({ length }) => length === 2);
    const [first, second] = rows.column('received') as bigint[];
    expect(second).toBeGreaterThanOrEqual(first);
    expect(Number(first)).toBeGreaterThanOrEqual(before - 1000);
    expect(Number(second)).toBeLessThanOrEqual(Date.now() * 1000 + 30_000);
    await expect(feed(fake.url, { receivedAt: 'price' })).rejects.toThrow('MR3505');
  });

  test('can be told by their receive times', async () => {
    const fake = await exchange({ greet: () => [trade(2), trade(1)] });
    const request = sourceRequest({ url: fake.url, receivedAt: 'received' }, { time: 'received' });
    const rows = new LiveRows(await webSocketConnector.open(request, world));
    cleanUp.push(() => rows.close());
    await rows.until(({ length }) => length === 2);
    expect(rows.source.summary.fields.map(({ name }) => name)).toEqual([
      'ts',
      'symbol',
      'price',
      'seq',
      'received',
    ]);
    expect(rows.marks).toEqual((rows.column('received') as bigint[]).map(Number));
  });

  test('are told to who listens, from the first one that can still be read', async () => {
    const fake = await exchange({ greet: () => [trade(1), trade(2)] });
    const source = await webSocketConnector.open(sourceRequest({ url: fake.url }), world);
    const heard: Arrival[] = [];
    const stop = source.tap!(arrival => heard.push(arrival));
    const rows = new LiveRows(source);
    cleanUp.push(() => rows.close());
    await rows.until(({ length }) => length === 2);
    fake.send(trade(3));
    await rows.until(({ length }) => length === 3);
    stop();
    fake.send(trade(4));
    await rows.until(({ length }) => length === 4);
    expect(heard.map(({ kind }) => kind)).toEqual(['opened', 'message', 'message', 'message']);
    expect(heard.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      fake.url,
      trade(1),
      trade(2),
      trade(3),
    ]);
  });
});

describe('the events of a connection', () => {
  test('come over the one that the rows come over, whoever was first', async () => {
    for (const eventsFirst of [true, false]) {
      const fake = await exchange();
      const options = { subscribe: [{ op: 'subscribe' }], gaps: { sequence: 'seq', by: ['symbol'] } };
      const early = eventsFirst ? await eventsOf(fake.url, options) : await feed(fake.url, options);
      await early.until(() => fake.said.length === 1);
      const late = eventsFirst ? await feed(fake.url, options) : await eventsOf(fake.url, options);
      const [events, rows] = eventsFirst ? [early, late] : [late, early];
      await events.until(({ length }) => length === 1);
      for (const [seq, symbol] of [
        [1, 'A'],
        [1, 'B'],
        [4, 'A'],
        [2, 'B'],
        [3, 'A'],
      ] as const)
        fake.send(trade(seq, symbol));
      await events.until(({ length }) => length === 3);
      await rows.until(({ length }) => length === 5);
      fake.closeAll(1001);
      await events.until(({ length }) => length === 5);
      expect(events.rows.map(row => row.slice(1))).toEqual([
        ['connected', null, null, null, null, fake.url],
        ['gap', 'A', 2n, 4n, 2n, null],
        ['late', 'A', 5n, 3n, null, null],
        ['disconnected', null, null, null, null, 'code 1001'],
        ['connected', null, null, null, null, fake.url],
      ]);
      expect(fake.connects.length).toBe(2);
      await expect.poll(() => fake.subscriptions).toEqual([[{ op: 'subscribe' }]]);
      await events.close();
      expect(fake.clients.length).toBe(1);
      await rows.close();
      await expect.poll(() => fake.clients.length).toBe(0);
    }
  });

  test('say what is wrong with the numbers that are asked for', async () => {
    const fake = await exchange();
    for (const gaps of [{}, { sequence: 'seq', by: 1 }, { sequence: 'seq', first: 5, last: 4 }, 'seq'])
      await expect(eventsOf(fake.url, { gaps })).rejects.toThrow('MR3508');
  });
});

describe('a decoder’s requests', () => {
  async function connection(fake: FakeExchange) {
    const arrivals: Arrival[] = [];
    const refused: string[] = [];
    const made = new WebSocketConnection(
      webSocketOptions({ url: fake.url }),
      {
        take: arrival => arrivals.push(arrival),
        drained: () => undefined,
        refuse: reason => refused.push(reason),
        ended: () => undefined,
      },
      { ...world, after: (milliseconds, callback) => world.after(milliseconds / 20, callback) },
    );
    cleanUp.push(() => Promise.resolve(made.close()));
    made.start();
    await expect.poll(() => arrivals.length).toBe(1);
    const texts = () =>
      arrivals.filter(({ kind }) => kind === 'message').map(({ bytes }) => Buffer.from(bytes).toString());
    return { made, texts, refused };
  }

  test('are sent, or got from an address whose body comes as a message, again until it is there', async () => {
    let failures = 3;
    const fake = await exchange({
      respond: path => (path !== '/depth?symbol=A' || failures-- > 0 ? null : '{"snapshot":1}'),
    });
    const { made, texts, refused } = await connection(fake);
    made.ask({ send: { op: 'more' } });
    made.ask({ fetch: `${fake.httpUrl}/depth?symbol=A` });
    await expect.poll(texts, { timeout: 5000 }).toEqual(['{"snapshot":1}']);
    expect(fake.said).toEqual([{ op: 'more' }]);
    expect(refused.length).toBe(3);
    expect(refused[0]).toContain('answers 404');
    expect(refused[0]).not.toContain('symbol');
  });

  test('are forgotten with the connection that they were for', async () => {
    let answer: (body: string) => void = () => undefined;
    const fake = await exchange({ respond: () => new Promise<string>(resolve => (answer = resolve)) });
    const { made, texts } = await connection(fake);
    made.ask({ fetch: `${fake.httpUrl}/depth` });
    await new Promise(resolve => setTimeout(resolve, 50));
    fake.closeAll();
    await expect.poll(() => fake.connects.length).toBe(2);
    answer('{"old":1}');
    fake.send('{"new":1}');
    await expect.poll(texts).toEqual(['{"new":1}']);
  });
});

test('options are checked', async () => {
  const fake = await exchange();
  await expect(feed(fake.url, { heartbeat: 5 })).rejects.toThrow('MR3509');
  await expect(feed(fake.url, { heartbeat: { every: 5 } })).rejects.toThrow('MR3509');
  await expect(feed(fake.url, { compression: 'zip' })).rejects.toThrow('MR3001');
  await expect(feed(`${fake.url}/#part`)).rejects.toThrow('MR3501');
  await expect(feed(fake.url, { decode: 'xml' })).rejects.toThrow('MR3504');
});
