import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { count, Stream, sum, Table, webSocketServer, type Write } from '../../../engine/src/index.js';
import { webSocketServerSink } from '../../../engine/src/node/sinks/webSocketServer/webSocketServer.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { SessionHost } from '../../../engine/src/session/protocol.js';
import { live, Push, pushed, pushes } from '../../support/liveFeeds.js';

let host: SessionHost;
let feed: Push;
const sockets: WebSocket[] = [];

beforeEach(() => {
  feed = new Push();
  pushed.feeds.set('feed', feed);
  host = createSessionHost({
    world: realWorld('.'),
    connectors: [pushes, valuesConnector],
    sinks: [webSocketServerSink],
    defer: work => void setImmediate(work),
  });
  setDefaultLink(host.link());
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  setDefaultLink(null);
  await host.close();
});

interface Row {
  readonly ts: import('temporal-polyfill').Temporal.Instant;
  readonly id: number;
}
const stream = () => new Stream<Row>(live('feed'));
const totals = () =>
  stream()
    .groupBy('id')
    .aggregate(t => ({ n: count(), total: sum(t.id) }));

type Message = { type: string; rows?: object[]; changes?: [string, object][]; more?: boolean; complete?: boolean; key?: string[] };

/** A client, and what it was sent. */
async function client(write: Write, path = '/', options: WebSocket.ClientOptions = {}) {
  const { counts } = await write.progress();
  const socket = new WebSocket(`ws://127.0.0.1:${counts.port}${path}`, options);
  sockets.push(socket);
  const messages: Message[] = [];
  socket.on('message', data => messages.push(JSON.parse(String(data)) as Message));
  await once(socket, 'open');
  return { socket, messages, got: (n: number) => expect.poll(() => messages.length, { timeout: 5000 }).toBe(n) };
}

const refusal = (write: Write, options: WebSocket.ClientOptions, path = '/') =>
  client(write, path, options).then(
    () => 'connected',
    (error: Error) => error.message,
  );

describe('a WebSocket server', () => {
  test('sends a table as a snapshot, and then its changes', async () => {
    const write = totals().writeTo(webSocketServer({ port: 0, path: '/totals' }));
    expect((await write).live).toBe(true);
    await feed.push([1, 5], [2, 6]);
    const early = await client(write, '/totals');
    await early.got(1);
    expect(early.messages[0]).toMatchObject({
      type: 'snapshot',
      key: ['id'],
      complete: true,
      more: false,
      rows: [
        { id: 5, n: 1, total: 5 },
        { id: 6, n: 1, total: 6 },
      ],
    });
    await feed.push([3, 5]);
    await early.got(2);
    expect(early.messages[1]).toEqual({
      type: 'changes',
      changes: [
        ['-U', { id: 5, n: 1, total: 5 }],
        ['+U', { id: 5, n: 2, total: 10 }],
      ],
    });
    const late = await client(write, '/totals');
    await late.got(1);
    expect(late.messages[0].rows).toEqual([
      { id: 5, n: 2, total: 10 },
      { id: 6, n: 1, total: 6 },
    ]);
    const ended = once(late.socket, 'close');
    await write.stop();
    expect((await ended)[0]).toBe(1001);
  });

  test('serves the rows of a table that does not change until it is stopped', async () => {
    const write = Table.of({ n: Array.from({ length: 5000 }, (_, i) => i) }).writeTo(webSocketServer({ port: 0, snapshotRows: 4500 }));
    await write;
    await expect.poll(async () => (await write.progress()).rows).toBe(5000);
    const { messages, got } = await client(write);
    await got(3);
    expect(messages.map(({ more }) => more)).toEqual([true, true, false]);
    expect(messages[0].complete).toBe(false);
    expect(messages.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 4500 }, (_, i) => ({ n: i + 500 })));
  });

  test('lets in whom it should', async () => {
    const write = stream().writeTo(webSocketServer({ port: 0, path: '/here', maxClients: 2 }));
    await write;
    expect(await refusal(write, { origin: 'https://evil.example' }, '/here')).toContain('403');
    expect(await refusal(write, { origin: 'http://127.0.0.1.evil.example' }, '/here')).toContain('403');
    expect(await refusal(write, { origin: 'null' }, '/here')).toContain('403');
    expect(await refusal(write, {}, '/there')).toContain('400');
    expect(await refusal(write, { origin: 'http://localhost:8888' }, '/here')).toBe('connected');
    expect(await refusal(write, {}, '/here')).toBe('connected');
    expect(await refusal(write, {}, '/here')).toContain('503');
    expect((await write.progress()).counts).toMatchObject({ clients: 2, refused: 4 });
    const named = stream().writeTo(webSocketServer({ port: 0, origins: ['https://desk.example'] }));
    await named;
    expect(await refusal(named, { origin: 'https://desk.example' })).toBe('connected');
    expect(await refusal(named, { origin: 'http://localhost' })).toContain('403');
  });

  test('ends a connection that says much, and is there for others', async () => {
    const write = stream().select('id').writeTo(webSocketServer({ port: 0 }));
    await write;
    const loud = await client(write);
    const closed = once(loud.socket, 'close');
    loud.socket.send('x'.repeat(10_000));
    expect((await closed)[0]).toBe(1009);
    const quiet = await client(write);
    quiet.socket.send('{"anything":1}');
    await feed.push([1, 1]);
    await quiet.got(2);
    expect(quiet.messages[1]).toEqual({ type: 'rows', rows: [{ id: 1 }] });
  });

  test.each(['close', 'skip'] as const)('does not wait for a slow client: %s', async whenSlow => {
    const write = stream().writeTo(webSocketServer({ port: 0, whenSlow, bufferBytes: 100_000 }));
    await write;
    const fast = await client(write);
    let fastRows = 0;
    fast.socket.on('message', data => (fastRows += (JSON.parse(String(data)) as Message).rows?.length ?? 0));
    const { counts } = await write.progress();
    const slow = connect(counts.port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
    await once(slow, 'data');
    slow.pause();
    const pushedRows = 120 * 2000;
    for (let k = 0; k < 120; k++) await feed.push(...Array.from({ length: 2000 }, (_, i) => [k, i] as const));
    await expect.poll(() => fastRows, { timeout: 20_000 }).toBe(pushedRows);
    const after = (await write.progress()).counts;
    if (whenSlow === 'close') expect(after).toMatchObject({ clients: 1, dropped: 1, skipped: 0 });
    else {
      expect(after).toMatchObject({ clients: 2, dropped: 0 });
      expect(after.skipped).toBeGreaterThan(0);
    }
    slow.destroy();
  });

  test('says where it cannot listen', async () => {
    const write = stream().writeTo(webSocketServer({ port: 0 }));
    await write;
    const { counts } = await write.progress();
    await expect(stream().writeTo(webSocketServer({ port: counts.port }))).rejects.toMatchObject({ code: 'MR3935' });
    expect(() => webSocketServer({ port: 70_000 })).toThrow('MR1737');
  });
});
