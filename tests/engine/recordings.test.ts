import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  count,
  generator,
  replay,
  schema,
  string,
  float64,
  timestamp,
  tumble,
  webSocket,
  type Recording,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink, withOwner } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { readRecording } from '../support/recordings.js';
import { FakeExchange } from '../support/fakeExchange.js';

let folder: string;
let host: SessionHost;
let exchange: FakeExchange;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-recordings-'));
  host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
  exchange = await FakeExchange.start();
});

afterEach(async () => {
  await host.close();
  await exchange.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ROW = schema({ ts: timestamp('ms'), symbol: string, price: float64 });
const trade = (i: number): string =>
  JSON.stringify({ ts: 1_709_908_200_000 + i, symbol: i % 2 === 0 ? 'A' : 'B', price: i / 2 });

const feed = () =>
  webSocket(exchange.url, {
    name: 'trades',
    schema: ROW,
    time: 'ts',
    watermark: '1 s',
    subscribe: [{ op: 'subscribe' }],
  });

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 5));
}

/** The recording has this many messages on the disk. */
const holds = (recording: Recording, messages: number) =>
  until(async () => (await recording.stats()).messages >= messages);

test('a live stream is recorded and replayed: the same rows, the same table', async () => {
  const trades = feed();
  const recording = await trades.record('trades.mrec');
  await until(() => exchange.said.length > 0);
  for (let i = 0; i < 100; i++) exchange.send(trade(i));
  exchange.send('[' + [100, 101, 102].map(trade).join(',') + ']');
  await holds(recording, 101);
  const live = await trades.keep().rows();
  const stats = await recording.stop();
  expect(stats).toMatchObject({ messages: 101, lost: 0 });
  expect(await recording.stop()).toEqual(stats);

  for (const replayed of [replay('trades.mrec'), replay('trades.mrec', { as: trades }), replay(recording)]) {
    expect(await replayed.rows()).toEqual(live);
  }
  const bars = replay('trades.mrec')
    .groupBy('symbol')
    .aggregate(() => ({ n: count() }));
  expect(await bars.rows()).toEqual([
    { symbol: 'A', n: 52 },
    { symbol: 'B', n: 51 },
  ]);
  const [first] = await replay('trades.mrec', { receivedAt: 'received' }).rows();
  expect(Object.keys(first as object)).toEqual(['ts', 'symbol', 'price', 'received']);
});

test('the recording says how it is read: columns, event time and the bound', async () => {
  const recording = await feed().record('deep/er/trades.mrec');
  await until(() => exchange.said.length > 0);
  for (let i = 0; i < 50; i++) exchange.send(trade(i * 100));
  await holds(recording, 50);
  await recording.stop();
  const windows = replay('deep/er/trades.mrec')
    .window(tumble('1 s'))
    .aggregate(() => ({ n: count() }));
  expect((await windows.rows()).map(({ n }) => n)).toEqual([10, 10, 10, 10, 10]);
  expect(String(await replay('deep/er/trades.mrec').schema)).toContain('1 s');
});

test('connections that are lost and come back are in the recording', async () => {
  const trades = feed();
  const recording = await trades.record('trades.mrec');
  await until(() => exchange.said.length > 0);
  exchange.send(trade(1));
  await holds(recording, 1);
  exchange.closeAll(1012);
  await until(() => exchange.said.length > 1);
  exchange.send(Buffer.from(trade(2)));
  await holds(recording, 2);
  const rows = await trades.keep().rows();
  const { bytes } = await recording.stop();
  const { arrivals } = await readRecording(readFileSync(join(folder, 'trades.mrec')));
  expect(arrivals.map(({ kind }) => kind)).toEqual(['opened', 'text', 'closed', 'opened', 'binary']);
  expect(arrivals.map(({ text }) => text)).toEqual([
    exchange.url,
    trade(1),
    'code 1012',
    exchange.url,
    trade(2),
  ]);
  expect(bytes).toBe(readFileSync(join(folder, 'trades.mrec')).length);
  expect(rows.length).toBe(2);
  expect(await replay('trades.mrec').rows()).toEqual(rows);
});

test('a recording ends when its cell is run again, and the next one is another file', async () => {
  const link = host.link();
  const record = (path: string): Promise<Recording> => withOwner('cell', () => feed().record(path));
  const first = await record('first.mrec');
  await until(() => exchange.said.length > 0);
  exchange.send(trade(1));
  await holds(first, 1);
  await link.request({ type: 'retireOwner', owner: 'cell' });
  const second = await record('second.mrec');
  await link.request({ type: 'settleOwner', owner: 'cell' });
  await expect(first.stats()).rejects.toThrow('MR3809');
  const { reader, arrivals } = await readRecording(readFileSync(join(folder, 'first.mrec')));
  expect(reader.isUnfinished).toBe(false);
  expect(arrivals.at(-1)?.text).toBe(trade(1));
  await until(() => exchange.said.length > 1);
  exchange.send(trade(2));
  await holds(second, 1);
  await link.request({ type: 'releaseOwner', owner: 'cell' });
  expect((await readRecording(readFileSync(join(folder, 'second.mrec')))).arrivals.at(-1)?.text).toBe(
    trade(2),
  );
});

test('what cannot be recorded is said, with what to write instead', async () => {
  await expect(generator.market().record('x.mrec')).rejects.toThrow(
    /MR3807 record\(\) keeps what arrives over a connection, and 'market' has none\. Write its rows instead: await t\.writeTo/,
  );
  const others = webSocket(exchange.url, { name: 'others', schema: ROW, time: 'ts' });
  const both = feed().unionAll(others);
  await expect(both.record('x.mrec')).rejects.toThrow(/MR3807 .* 2 sources: 'trades', 'others'/);
  await expect(feed().record('')).rejects.toThrow('MR1725');
  expect(existsSync(join(folder, 'x.mrec'))).toBe(false);
  writeFileSync(join(folder, 'there.mrec'), 'mine');
  await expect(feed().record('there.mrec')).rejects.toThrow("MR3803 there is a file 'there.mrec' already");
  expect(readFileSync(join(folder, 'there.mrec'), 'utf8')).toBe('mine');
  const recording = await feed().record('there.mrec', { exists: 'replace' });
  await recording.stop();
  expect(await replay('there.mrec').rows()).toEqual([]);
  await expect(feed().record('there.mrec/below.mrec')).rejects.toThrow('MR3804');
  expect(() => replay('there.mrec', { as: generator.market().where(t => t.price.gt(1)) as never })).toThrow(
    'MR1726',
  );
  await expect(replay('missing.mrec').rows()).rejects.toThrow('MR3201');
});
