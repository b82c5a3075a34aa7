import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { count, postgres, Stream, sum } from '../../engine/src/index.js';
import type { WriteOptions } from '../../engine/src/index.js';
import { postgresSink } from '../../engine/src/node/sinks/postgres/postgres.js';
import { realWorld } from '../../engine/src/node/world.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost, WriteProgress } from '../../engine/src/session/protocol.js';
import type { PostgresServer } from '../../scripts/lib/postgres.mjs';
import { FaultyProxy } from '../support/faultyProxy.js';
import { live, Push, pushed, pushes } from '../support/liveFeeds.js';
import { sql, testServer, type TestServer } from '../support/postgres.js';

let found: TestServer;
let server: PostgresServer;
let proxy: FaultyProxy;
let host: SessionHost;
let feed: Push;
beforeAll(async () => {
  found = await testServer();
  if (found.server === null) return;
  server = found.server;
  proxy = await FaultyProxy.start(server.port);
});
afterAll(async () => {
  if (found.server === null) return;
  await proxy.stop();
  await server.stop();
});
beforeEach(context => {
  if (found.server === null) context.skip(found.reason);
  feed = new Push();
  pushed.feeds.set('feed', feed);
  host = createSessionHost({
    world: realWorld('.'),
    connectors: [pushes],
    sinks: [postgresSink],
    defer: work => void setImmediate(work),
  });
  setDefaultLink(host.link());
});
afterEach(async () => {
  proxy.latencyMs = 0;
  proxy.refuses = proxy.swallows = false;
  setDefaultLink(null);
  await host?.close();
});

interface Row {
  readonly ts: import('temporal-polyfill').Temporal.Instant;
  readonly id: number;
}
const stream = () => new Stream<Row>(live('feed'));
const to = (table: string, mode: 'insert' | 'upsert') =>
  postgres({
    host: '127.0.0.1',
    port: proxy.port,
    user: server.user,
    password: server.password,
    database: 'postgres',
    table,
    mode,
    createTable: true,
  });

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Pushes rows for a while. */
async function rowsFor(milliseconds: number, from: number): Promise<number> {
  const end = Date.now() + milliseconds;
  let id = from;
  while (Date.now() < end) {
    await feed.push(...Array.from({ length: 50 }, () => [id, id++] as const));
    await pause(5);
  }
  return id;
}

/** Waits until all rows are written; returns how long it took. */
async function written(progress: () => Promise<WriteProgress>): Promise<number> {
  const began = Date.now();
  for (;;) {
    const { waiting, state, error } = await progress();
    if (state === 'failed') throw new Error(String(error));
    if (waiting === 0) return Date.now() - began;
    if (Date.now() - began > 30_000) throw new Error(`still ${waiting} rows: ${error}`);
    await pause(50);
  }
}

const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
  'a server that crashes and starts again': async () => {
    await server.crash();
    await pause(500);
    await server.restart();
  },
  'connections that are reset': async () => {
    for (let k = 0; k < 5; k++) {
      proxy.reset();
      await pause(200);
    }
  },
  'a connection that is half open': async () => {
    proxy.freeze();
    await pause(10);
  },
  'connections that end slowly': async () => {
    proxy.slowClose(500);
    await pause(600);
  },
  'a slow network': async () => {
    proxy.latencyMs = 100;
    await pause(1500);
    proxy.latencyMs = 0;
  },
  'a server that is away': async () => {
    proxy.refuses = true;
    proxy.reset();
    await pause(2000);
    proxy.refuses = false;
  },
};

test.each(Object.keys(FAULTS))('%s: each row is inserted once, within ten seconds', async fault => {
  const table = `rows of ${fault}`;
  const write = await stream().select('id').writeTo(to(table, 'insert'));
  let next = await rowsFor(400, 0);
  const breaking = FAULTS[fault]();
  next = await rowsFor(1000, next);
  await breaking;
  next = await rowsFor(300, next);
  expect(await written(() => write.progress())).toBeLessThan(10_000);
  expect((await write.stop()).rows).toBe(next);
  const [counts] = await sql(server, `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, max(id)::int AS last FROM "${table}"`);
  expect(counts).toEqual({ rows: next, ids: next, last: next - 1 });
});

test.each(['a server that crashes and starts again', 'connections that are reset'])(
  '%s: a table that changes is as it is in the end',
  async fault => {
    const table = `totals of ${fault}`;
    const emit: WriteOptions = { emit: 'changes' };
    const totals = stream()
      .derive(t => ({ key: t.id.mod(37) }))
      .groupBy('key')
      .aggregate(t => ({ n: count(), total: sum(t.id) }));
    const write = await totals.writeTo(to(table, 'upsert'), emit);
    let next = await rowsFor(400, 0);
    const breaking = FAULTS[fault]();
    next = await rowsFor(800, next);
    await breaking;
    next = await rowsFor(200, next);
    expect(await written(() => write.progress())).toBeLessThan(10_000);
    await write.stop();
    const expected = Array.from({ length: 37 }, (_, key) => {
      const ids = Array.from({ length: next }, (_, id) => id).filter(id => id % 37 === key);
      return { key, n: ids.length, total: ids.reduce((a, b) => a + b, 0) };
    });
    const rows = await sql(server, `SELECT key::int, n::int, total::int FROM "${table}" ORDER BY key`);
    expect(rows).toEqual(expected);
  },
);

test('a server that never comes back is given up when the write is to end, and says so', async () => {
  const write = await stream().select('id').writeTo(to('away', 'insert'));
  await feed.push([1, 1]);
  await written(() => write.progress());
  proxy.refuses = true;
  proxy.reset();
  await feed.push([2, 2]);
  await expect(write.stop()).rejects.toMatchObject({ code: 'MR3919' });
  expect(await write.progress()).toMatchObject({ state: 'failed', rows: 1 });
}, 30_000);
