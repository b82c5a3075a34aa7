import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  decimal,
  float64,
  int64,
  kafka,
  kafkaTopic,
  schema,
  string,
  Table,
  timestamp,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { kafkaConnector } from '../../engine/src/node/kafka/kafka.js';
import { realWorld } from '../../engine/src/node/world.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import type { OpenSource, SourceReader } from '../../engine/src/sources/source.js';
import { makeTopic, membersWith, produce, readTopic, testBroker } from '../support/kafka.js';
import type { TestBroker } from '../support/kafka.js';
import { INT64 } from '../../engine/src/columns/types.js';
import { FaultyProxy } from '../support/faultyProxy.js';
import { batchRows, fieldOf, sourceRequest } from '../support/sourceRows.js';

let found: TestBroker;
let host: SessionHost;
let proxy: FaultyProxy | null = null;
let topics = 0;
beforeAll(async () => {
  found = await testBroker({
    advertised: async port => {
      proxy = await FaultyProxy.start(port);
      return proxy.port;
    },
  });
  host = createNodeHost({ directory: '.' });
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  await found.broker?.stop();
  await proxy?.stop();
});
beforeEach(context => {
  if (found.broker === null) context.skip(found.reason);
});

/** Through the proxy, which every client is sent to. */
const address = () => `127.0.0.1:${proxy!.port}`;
async function topicOf(partitions = 1): Promise<string> {
  const topic = `topic-${++topics}`;
  await makeTopic(address(), topic, partitions);
  return topic;
}
const ids = (from: number, to: number, partitions: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    value: JSON.stringify({ id: from + i }),
    partition: (from + i) % partitions,
  }));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

async function open(topic: string, options: Record<string, unknown> = {}): Promise<OpenSource> {
  return kafkaConnector.open(
    sourceRequest(
      { brokers: [address()], topic, from: 'earliest', decode: 'kafka', ...options },
      { fields: [fieldOf('id', INT64, false)] },
    ),
    realWorld('.'),
  );
}

async function take(reader: SourceReader, count: number, milliseconds = 30_000): Promise<number[]> {
  const rows: number[] = [];
  const end = Date.now() + milliseconds;
  while (rows.length < count) {
    const timer = new Promise<'late'>(resolve => setTimeout(resolve, Math.max(1, end - Date.now()), 'late'));
    const batch = await Promise.race([reader.next(1000), timer]);
    if (batch === null || batch === 'late') break;
    rows.push(...batchRows(batch).map(row => Number(row[0])));
  }
  return rows;
}
/** Gathers the rows of a reader until it is closed. */
async function collect(reader: SourceReader, into: number[]): Promise<void> {
  for (let batch = await reader.next(1000); batch !== null; batch = await reader.next(1000))
    into.push(...batchRows(batch).map(row => Number(row[0])));
}
const sorted = (rows: number[]) => [...rows].sort((a, b) => a - b);

describe('a topic that is read', () => {
  test('gives its records with what tells of them, exactly', async () => {
    const topic = await topicOf(2);
    const big = 9007199254740993n;
    await produce(address(), topic, [
      { key: 'a', value: `{"id":${big},"price":12.34,"ts":1700000000000}`, partition: 0, timestamp: 5n },
      {
        value: '[{"id":1,"price":0.5,"ts":1700000000001},{"id":2,"price":1.5,"ts":1700000000002}]',
        partition: 1,
      },
      { value: 'no JSON', partition: 1 },
      { key: '{"id":7}', value: null, partition: 0 },
    ]);
    const stream = kafka({
      brokers: address(),
      topic,
      from: 'earliest',
      until: 'end',
      schema: schema({ id: int64, price: decimal(10, 2).nullable(), ts: timestamp('ms').nullable() }),
      metadata: { key: 'k', partition: 'p', offset: 'o', deleted: 'gone' },
    });
    const rows = await stream.rows({ int64: 'bigint' });
    expect(
      rows
        .map(row => [row.id, String(row.price), row.k, row.p, row.o, row.gone])
        .sort((a, b) => Number(a[3]) - Number(b[3]) || Number(a[0]) - Number(b[0])),
    ).toEqual([
      [7n, 'null', '{"id":7}', 0, 1n, true],
      [big, '12.34', 'a', 0, 0n, false],
      [1n, '0.5', null, 1, 0n, false],
      [2n, '1.5', null, 1, 0n, false],
    ]);
  });

  test('begins at offsets, at a time, and at the end', async () => {
    const topic = await topicOf(2);
    const records = ids(0, 20, 2).map((record, i) => ({ ...record, timestamp: BigInt(1.7e12 + i * 1000) }));
    await produce(address(), topic, records);
    const read = async (from: unknown) => {
      const source = await open(topic, { from, until: 'end' });
      const rows = sorted(await take(source.read(), Infinity));
      await source.close();
      return rows;
    };
    expect(await read('earliest')).toEqual(numbers(20));
    expect(await read({ 0: 9, 1: 8 })).toEqual([17, 18, 19]);
    expect(await read(new Date(1.7e12 + 15_000).toISOString())).toEqual([15, 16, 17, 18, 19]);
    expect(await read('latest')).toEqual([]);
  });

  test('is shared by a group, which goes on where it stopped', async () => {
    const topic = await topicOf(4);
    await produce(address(), topic, ids(0, 1000, 4));
    const options = { group: `group-${topic}` };
    const first = await open(topic, options);
    const reader = first.read();
    expect(sorted(await take(reader, 1000))).toEqual(numbers(1000));
    const mine: number[] = [];
    const theirs: number[] = [];
    void collect(reader, mine);
    // A second member takes some of the partitions over; nothing comes twice to either.
    const second = await open(topic, options);
    void collect(second.read(), theirs);
    await expect.poll(() => membersWith(found.broker!.address, options.group), { timeout: 20_000 }).toBe(2);
    await produce(address(), topic, ids(1000, 2000, 4));
    await expect.poll(() => mine.length + theirs.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(1000);
    // What came twice would be there soon.
    await new Promise(resolve => setTimeout(resolve, 700));
    expect(sorted([...new Set([...mine, ...theirs])])).toEqual(numbers(2000).slice(1000));
    expect(mine.length).toBeGreaterThan(0);
    expect(theirs.length).toBeGreaterThan(0);
    expect(mine.length + theirs.length).toBe(1000);
    await first.close();
    await second.close();
    await expect.poll(() => membersWith(found.broker!.address, options.group), { timeout: 20_000 }).toBe(0);
    await produce(address(), topic, ids(2000, 2010, 4));
    const third = await open(topic, options);
    expect(sorted(await take(third.read(), 10))).toEqual(numbers(2010).slice(2000));
    await third.close();
  });

  test('comes again to a group whose reader died before its rows were taken, and not what was taken', async () => {
    const topic = await topicOf(1);
    await produce(address(), topic, ids(0, 100, 1));
    const options = { group: `group-${topic}`, maxBufferBytes: 1 };
    const first = await open(topic, options);
    const reader = first.read();
    // Taken is what is followed by another question: the first batch, not the second.
    const batch = await reader.next(30);
    expect(batch?.length).toBe(30);
    expect((await reader.next(30))?.length).toBe(30);
    await new Promise(resolve => setTimeout(resolve, 600));
    await first.close();
    await new Promise(resolve => setTimeout(resolve, 500));
    const second = await open(topic, options);
    const rows = await take(second.read(), 100, 8000);
    await second.close();
    // All that was not taken is there; records come in arrivals, which are taken whole.
    expect(rows.slice(-40)).toEqual(numbers(100).slice(60));
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });

  test('holds the watermark of partitions that lag, and lets those go that are silent', async () => {
    const topic = await topicOf(2);
    const value = (ts: number) => JSON.stringify({ ts });
    await produce(address(), topic, [
      { value: value(1.7e12 + 50_000), partition: 0 },
      { value: value(1.7e12), partition: 1 },
    ]);
    const request = sourceRequest(
      { brokers: [address()], topic, from: 'earliest', decode: 'kafka', idleUs: 1_500_000 },
      { time: 'ts' },
    );
    const source = await kafkaConnector.open(
      { ...request, time: { ...request.time!, boundUs: 0 } },
      realWorld('.'),
    );
    const reader = source.read();
    let mark = -Infinity;
    for (let rows = 0; rows < 2;) {
      const batch = await reader.next(10);
      rows += batch!.length;
      mark = batch!.watermark;
    }
    expect(mark).toBe(1.7e15);
    await new Promise(resolve => setTimeout(resolve, 2500));
    await produce(address(), topic, [{ value: value(1.7e12 + 90_000), partition: 0 }]);
    expect((await reader.next(10))!.watermark).toBe(1.7e15 + 90e6);
    await source.close();
  });

  test('loses nothing and repeats nothing where the broker dies, and the network breaks', async () => {
    const topic = await topicOf(2);
    await produce(address(), topic, ids(0, 500, 2));
    for (const group of ['', `group-${topic}`]) {
      const source = await open(topic, { group, until: undefined });
      const reader = source.read();
      const rows = await take(reader, 500);
      proxy!.reset();
      await produce(
        address(),
        topic,
        ids(500 + 1000 * (group === '' ? 0 : 1), 1000 + 1000 * (group === '' ? 0 : 1), 2),
      );
      const broken = Date.now();
      if (group === '') {
        rows.push(...(await take(reader, 500)));
        expect(Date.now() - broken).toBeLessThan(10_000);
        await found.broker!.crash();
        await new Promise(resolve => setTimeout(resolve, 300));
        await found.broker!.restart();
        await produce(address(), topic, ids(1000, 1500, 2));
        rows.push(...(await take(reader, 500)));
        expect(sorted(rows)).toEqual(numbers(1500));
      } else {
        rows.push(...(await take(reader, 2000 - rows.length)));
        expect(sorted(rows)).toEqual(numbers(2000));
      }
      if (group === '') expect(reader.counters.reconnects).toBeGreaterThan(0);
      await source.close();
    }
  });
});

describe('a topic that is written', () => {
  const rows = numbers(3000).map(i => ({ id: i, symbol: `S${i % 7}`, price: i / 4 }));
  const types = schema({ id: int64, symbol: string, price: float64 });
  const table = (from = 0) =>
    Table.of(
      {
        id: rows.map(row => row.id + from),
        symbol: rows.map(row => row.symbol),
        price: rows.map(row => row.price),
      },
      { schema: types },
    );

  test('has each row once, in order by key', async () => {
    const topic = await topicOf(3);
    const written = await table().writeTo(kafkaTopic({ brokers: address(), topic, key: 'symbol' }));
    expect(written.rows).toBe(3000);
    const records = await readTopic(address(), topic);
    expect(records.map(record => record.value.id).sort((a, b) => a - b)).toEqual(numbers(3000));
    for (const symbol of ['S0', 'S6']) {
      const own = records.filter(record => record.key === JSON.stringify({ symbol }));
      expect(own.map(record => record.value.id)).toEqual(
        rows.filter(row => row.symbol === symbol).map(row => row.id),
      );
    }
    expect(new Set(records.map(record => record.id)).size).toBe(3000);
  });

  test('loses nothing where the broker dies under it, and rows that come twice have one id', async () => {
    const from = await topicOf(2);
    const topic = await topicOf(2);
    const stream = kafka({
      brokers: address(),
      topic: from,
      from: 'earliest',
      schema: schema({ id: int64 }),
    });
    const write = stream.writeTo(kafkaTopic({ brokers: address(), topic }));
    let made = 0;
    const more = async () => {
      for (let i = 0; i < 5; i++, made += 400) {
        await produce(address(), from, ids(made, made + 400, 2));
        await new Promise(resolve => setTimeout(resolve, 50));
        proxy!.reset();
      }
    };
    await more();
    await found.broker!.crash();
    await new Promise(resolve => setTimeout(resolve, 200));
    await found.broker!.restart();
    await more();
    const distinct = async () => [
      ...new Map((await readTopic(address(), topic)).map(record => [record.id, record.value.id])).values(),
    ];
    for (let i = 0; i < 60 && (await distinct()).length < made; i++)
      await new Promise(resolve => setTimeout(resolve, 500));
    expect(sorted(await distinct())).toEqual(numbers(made));
    await write.stop();
  });

  test('goes on in a later run behind what it has', async () => {
    const topic = await topicOf(2);
    const sink = kafkaTopic({ brokers: address(), topic, resume: 'bars' });
    await table().writeTo(sink);
    await table().writeTo(sink);
    const records = await readTopic(address(), topic);
    expect(new Set(records.map(record => record.id)).size).toBe(3000);
    // At most the last unit is written again.
    expect(records.length).toBeLessThanOrEqual(3000 + 8192);
  });

  test('has a table as it changes, and is a table again', async () => {
    const topic = await topicOf(2);
    const source = await topicOf(1);
    await produce(
      address(),
      source,
      numbers(200).map(i => ({ value: JSON.stringify({ id: i % 20, n: i }) })),
    );
    const stream = kafka({
      brokers: address(),
      topic: source,
      from: 'earliest',
      until: 'end',
      schema: schema({ id: int64, n: int64 }),
    });
    const latest = stream.toTable({ key: 'id' });
    await latest.writeTo(kafkaTopic({ brokers: address(), topic, mode: 'upsert' }));
    const again = kafka({
      brokers: address(),
      topic,
      from: 'earliest',
      until: 'end',
      schema: schema({ id: int64, n: int64.nullable() }),
      metadata: { deleted: 'gone' },
    }).toTable({ key: 'id', deleted: t => t.gone });
    const found = await again.rows();
    expect(found.map(row => [row.id, row.n]).sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      numbers(20).map(id => [id, 180 + id]),
    );
  });

  test('says what is wrong', async () => {
    await expect(table().writeTo(kafkaTopic({ brokers: address(), topic: 'there-is-none' }))).rejects.toThrow(
      /MR3976/,
    );
    const topic = await topicOf(1);
    await expect(table().writeTo(kafkaTopic({ brokers: address(), topic, key: 'none' }))).rejects.toThrow(
      /MR3977/,
    );
    expect(() => kafkaTopic({ brokers: [], topic })).toThrow(/MR1755/);
    const secret = kafkaTopic({ brokers: address(), topic, username: 'u', password: 'canary' });
    expect(JSON.stringify(secret)).not.toContain('canary');
  });
});
