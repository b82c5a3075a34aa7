import { afterEach, expect, test } from 'vitest';
import { INT64 } from '../../../engine/src/columns/types.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { FakeExchange } from '../../support/fakeExchange.js';
import { FaultyProxy } from '../../support/faultyProxy.js';
import { LiveRows } from '../../support/liveRows.js';
import { fieldOf } from '../../support/sourceRows.js';

/** A fault has to be found, and the connection made again, within so many milliseconds. */
const RECOVERY_MS = 10_000;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A feed through a proxy, whose server counts up as long as it has clients. */
async function through() {
  const fake = await FakeExchange.start({ answer: () => ['{"n":-1}'] });
  const proxy = await FaultyProxy.start(fake.port);
  let n = 0;
  const timer = setInterval(() => fake.send(JSON.stringify({ n: n++ })), 20);
  const options = { url: `ws://127.0.0.1:${proxy.port}`, subscribe: [{ op: 'subscribe' }] };
  const rows = await LiveRows.open(webSocketConnector, options, realWorld('.'), {
    fields: [fieldOf('n', INT64)],
  });
  cleanUp.push(
    () => fake.stop(),
    () => proxy.stop(),
    () => rows.close(),
    () => Promise.resolve(clearInterval(timer)),
  );
  await rows.until(all => all.length > 3);
  return { fake, proxy, rows };
}

/** Waits until rows come over a connection that was made after the fault, and looks whether any came twice. */
async function recovers({ fake, rows }: Awaited<ReturnType<typeof through>>): Promise<void> {
  const since = rows.rows.length;
  await rows.until(all => all.slice(since).some(([n]) => n === -1n) && all.at(-1)?.[0] !== -1n, RECOVERY_MS);
  const numbers = rows.rows.map(([n]) => n as bigint).filter(n => n >= 0n);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.every((n, i) => i === 0 || n > numbers[i - 1])).toBe(true);
  await expect.poll(() => fake.subscriptions.filter(said => said.length > 0).length).toBe(1);
}

test('a connection that is reset is made again', async () => {
  const feed = await through();
  feed.proxy.reset();
  await recovers(feed);
});

test('a connection whose other side has vanished is found and made again', { timeout: 30_000 }, async () => {
  const feed = await through();
  feed.proxy.freeze();
  await feed.rows.until(() => feed.rows.counters.reconnects === 1, RECOVERY_MS);
  const numbers = feed.rows.column('n') as bigint[];
  expect(new Set(numbers.filter(n => n >= 0n)).size).toBe(numbers.filter(n => n >= 0n).length);
});

test('a server that closes slowly is left', { timeout: 30_000 }, async () => {
  const feed = await through();
  feed.proxy.slowClose(60_000);
  await recovers(feed);
});

test('a slow network loses and repeats nothing', async () => {
  const feed = await through();
  feed.proxy.latencyMs = 300;
  const since = feed.rows.rows.length;
  await feed.rows.until(all => all.length > since + 60);
  // The answer to the subscription may come behind the first numbers.
  const numbers = (feed.rows.column('n') as bigint[]).filter(n => n >= 0n);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0] + BigInt(i)));
  expect(feed.rows.counters.reconnects).toBe(0);
});

test('a network that refuses is tried until it is there', { timeout: 30_000 }, async () => {
  const feed = await through();
  feed.proxy.refuses = true;
  feed.proxy.reset();
  await expect.poll(() => feed.proxy.connections, { timeout: 10_000 }).toBeGreaterThan(3);
  feed.proxy.refuses = false;
  await recovers(feed);
});

test('a half-open connection is found by messages, too, and by nothing where that is switched off', async () => {
  const fake = await FakeExchange.start();
  cleanUp.push(() => fake.stop());
  const fields = [fieldOf('n', INT64)];
  const heartbeat = { every: '50 ms', send: { op: 'ping' }, timeout: '100 ms' };
  const watched = await LiveRows.open(webSocketConnector, { url: fake.url, heartbeat }, realWorld('.'), {
    fields,
  });
  cleanUp.push(() => watched.close());
  await expect.poll(() => fake.said.length).toBeGreaterThan(0);
  expect(fake.said[0]).toEqual({ op: 'ping' });
  // Nothing answers.
  await expect.poll(() => watched.counters.reconnects, { timeout: 5000 }).toBeGreaterThan(0);
  const trusting = { url: fake.url, heartbeat: false };
  const other = await LiveRows.open(webSocketConnector, trusting, realWorld('.'), { fields });
  cleanUp.push(() => other.close());
  await expect.poll(() => fake.clients.length).toBeGreaterThan(1);
  fake.freeze();
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(other.counters.reconnects).toBe(0);
});
