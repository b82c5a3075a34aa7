import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { batchRows, fieldOf, sourceRequest } from '../../../../tests/support/sourceRows.js';
import type { Value } from '../../columns/values.js';
import { FLOAT64, STRING, timestampType } from '../../columns/types.js';
import type { SourceReader, World } from '../../sources/source.js';
import { realWorld } from '../world.js';
import { webSocketConnector } from './webSocket.js';

const FIELDS = [
  fieldOf('ts', timestampType('ms'), false),
  fieldOf('symbol', STRING, false),
  fieldOf('price', FLOAT64, false),
];

const trade = (i: number) => ({ ts: 1709908200000 + i, symbol: i % 2 === 0 ? 'A' : 'B', price: i / 2 });

/** Retries at once, so that no test waits. */
const world: World = { ...realWorld('.'), after: (_, callback) => realWorld('.').after(1, callback) };

let cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

async function serve(
  onClient: (client: WebSocket) => void,
  port = 0,
): Promise<{ url: string; port: number; server: WebSocketServer }> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  server.on('connection', onClient);
  await once(server, 'listening');
  cleanUp.push(() => stop(server));
  const { port: used } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${used}`, port: used, server };
}

function stop(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate();
  return new Promise(resolve => server.close(() => resolve()));
}

async function open(
  url: string,
  options: Record<string, unknown> = {},
  fields = FIELDS as typeof FIELDS | undefined,
) {
  const request = sourceRequest(
    { url, ...options },
    { ...(fields === undefined ? {} : { fields }), time: 'ts' },
  );
  const source = await webSocketConnector.open(request, world);
  cleanUp.push(() => source.close());
  return source;
}

async function take(reader: SourceReader, count: number): Promise<Value[][]> {
  const rows: Value[][] = [];
  while (rows.length < count) {
    const batch = await reader.next(8192);
    if (batch === null) break;
    rows.push(...batchRows(batch));
  }
  return rows;
}

const expected = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => {
    const { ts, symbol, price } = trade(from + i);
    return [BigInt(ts), symbol, price];
  });

describe('a WebSocket', () => {
  it('gives one row for an object and many for a list, and keeps what it cannot read', async () => {
    const { url } = await serve(client => {
      client.send(JSON.stringify(trade(0)));
      client.send(JSON.stringify([trade(1), trade(2)], null, 2));
      client.send('not JSON');
      client.send('[{"ts":1},{"ts":1709908200003,"symbol":"B","price":1.5}]');
      client.send('[]');
      client.send(JSON.stringify(trade(4)));
      client.close(1000);
    });
    const source = await open(url, { end: 'close' });
    expect(source.live).toBe(true);
    const reader = source.read();
    expect(await take(reader, Infinity)).toEqual(expected(0, 5));
    expect(reader.counters).toMatchObject({ rows: 5, rejected: 2, reconnects: 0 });
    expect(reader.counters.rejects.map(reject => reject.position)).toEqual([3, 4]);
    expect(await reader.next(10)).toBeNull();
  });

  it('connects again when the connection is lost, and when the server was away', async () => {
    let connections = 0;
    const onClient = (client: WebSocket) => {
      const at = 10 * connections++;
      client.send(JSON.stringify(Array.from({ length: 10 }, (_, i) => trade(at + i))), () =>
        client.terminate(),
      );
    };
    const { url, port, server } = await serve(onClient);
    const source = await open(url);
    const reader = source.read();
    expect(await take(reader, 20)).toEqual(expected(0, 20));
    await stop(server);
    await expect.poll(() => source.connection?.state).toBe('lost');
    expect(source.connection?.trouble).toEqual(expect.any(String));
    const away = connections;
    await serve(onClient, port);
    const rows = await take(reader, 10);
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(connections).toBeGreaterThan(away);
    expect(reader.counters.reconnects).toBeGreaterThanOrEqual(2);
  });

  it('sends its subscriptions on every connection', async () => {
    const received: string[] = [];
    const { url } = await serve(client => {
      client.on('message', data => {
        received.push((data as Buffer).toString());
        client.send(JSON.stringify(trade(received.length)), () => client.terminate());
      });
    });
    const reader = (await open(url, { subscribe: [{ op: 'subscribe', channel: 'trades' }] })).read();
    expect(await take(reader, 2)).toEqual(expected(1, 3));
    expect(received.slice(0, 2)).toEqual(Array(2).fill('{"op":"subscribe","channel":"trades"}'));
  });

  it('infers a schema from the first messages, and loses none of them', async () => {
    const { url } = await serve(client => {
      for (let i = 0; i < 100; i++) client.send(JSON.stringify(trade(i)));
      client.close(1000);
    });
    const source = await open(url, { end: 'close' }, undefined);
    expect(source.summary.fields).toEqual(FIELDS);
    expect(source.summary.boundUs).toBe(0);
    expect(await take(source.read(), Infinity)).toEqual(expected(0, 100));
  });

  it('stops the sender while nobody reads, and loses nothing', async () => {
    const { url } = await serve(client => {
      for (let i = 0; i < 5000; i++) client.send(JSON.stringify(trade(i)));
      client.close(1000);
    });
    const reader = (await open(url, { end: 'close', maxBufferBytes: 1000 })).read();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(await take(reader, Infinity)).toEqual(expected(0, 5000));
    expect(reader.counters.dropped).toBe(0);
  });

  it('drops and counts instead, if asked to', async () => {
    const { url } = await serve(client => {
      for (let i = 0; i < 500; i++) client.send(JSON.stringify([trade(2 * i), trade(2 * i + 1)]));
      client.close(1000);
    });
    const reader = (await open(url, { end: 'close', whenFull: 'drop', maxBufferBytes: 1000 })).read();
    await new Promise(resolve => setTimeout(resolve, 200));
    const rows = await take(reader, Infinity);
    expect(reader.counters.dropped).toBeGreaterThan(0);
    expect(rows.length + reader.counters.dropped).toBe(1000);
  });

  it('stops trying when it is closed', async () => {
    let connections = 0;
    const { url } = await serve(client => {
      connections++;
      client.terminate();
    });
    const source = await open(url);
    const waiting = source.read().next(10);
    await new Promise(resolve => setTimeout(resolve, 30));
    await source.close();
    expect(await waiting).toBeNull();
    // An attempt that was under way may still reach the server.
    await new Promise(resolve => setTimeout(resolve, 100));
    const before = connections;
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(connections).toBe(before);
  });

  it('says what is wrong with an address', async () => {
    await expect(open('http://example.org')).rejects.toThrow(/MR3501.*no address of a WebSocket/);
  });
});
