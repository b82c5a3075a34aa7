import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INT64 } from '../../../engine/src/columns/types.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import { Reconnect } from '../../../engine/src/sources/reconnect.js';
import { FakeExchange } from '../../support/fakeExchange.js';
import { LiveRows } from '../../support/liveRows.js';
import { fieldOf } from '../../support/sourceRows.js';
import { virtualWorld } from '../../support/virtualWorld.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 3);
const CLOSES = 1000;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** A clock that a test moves, and the attempts that were made by it. */
function attempts(count: number, lives: (attempt: number) => number, seed = SEED) {
  let now = 0;
  const random = seededRandom(seed);
  const reconnect = new Reconnect({ directory: '.', now: () => now, random, after: () => () => undefined });
  const times: number[] = [];
  const pauses: number[] = [];
  for (let attempt = 0; attempt < count; attempt++) {
    times.push(now);
    reconnect.attempted();
    const lived = lives(attempt);
    if (lived > 0) reconnect.connected();
    now += lived;
    const pause = reconnect.pauseMs();
    pauses.push(pause);
    now += pause;
  }
  return { times, pauses, average: (times.length - 1) / ((times.at(-1) as number) / 1000) };
}

test('a server that is away is asked ever less often, each time after another pause', () => {
  const { pauses } = attempts(20, () => 0);
  expect(pauses[0]).toBeLessThanOrEqual(250);
  pauses.forEach((pause, i) => {
    const longest = Math.min(30_000, 250 * 2 ** i);
    expect(pause).toBeGreaterThanOrEqual(longest / 2);
    // The first ones are slowed so that no more than one a second is made.
    expect(pause).toBeLessThanOrEqual(Math.max(longest, 1000));
  });
  expect(new Set(pauses.slice(8).map(Math.round)).size).toBe(12);
});

test('whatever connections live, there is no more than one attempt a second on average', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const longest = 10 ** (random() * 5);
    const { times } = attempts(300, () => (random() < 0.2 ? 0 : random() * longest), seed);
    for (const from of [0, 100, 200]) {
      const span = (times.at(-1) as number) - times[from];
      // A few at once are allowed.
      expect(times.length - 1 - from).toBeLessThanOrEqual(4 + span / 1000);
    }
  }
});

test('a connection that lived well is made again at once', () => {
  const { pauses } = attempts(50, attempt => (attempt < 20 ? 0 : 60_000));
  expect(pauses[19]).toBeGreaterThan(15_000);
  for (const pause of pauses.slice(20)) expect(pause).toBeLessThanOrEqual(250);
});

test(
  `a server that closes ${CLOSES} times meets a client that holds back, subscribes once a connection, and keeps nothing open`,
  { timeout: 120_000 },
  async () => {
    const fake = await FakeExchange.start({
      answer: () => {
        setImmediate(() => fake.connects.length <= CLOSES && fake.closeAll());
        return [JSON.stringify({ n: fake.connects.length })];
      },
    });
    const random = seededRandom(SEED);
    const world = { ...virtualWorld('.'), random };
    const before = descriptors();
    const options = { url: fake.url, subscribe: [{ op: 'subscribe' }], heartbeat: false };
    const rows = await LiveRows.open(webSocketConnector, { ...options, receivedAt: 'received' }, world, {
      fields: [fieldOf('n', INT64)],
    });
    try {
      await rows.until(() => fake.connects.length > CLOSES && fake.said.length > CLOSES, 90_000);
      await rows.until(all => all.length > CLOSES);
      const times = rows.column('received').map(time => Number(time) / 1e6);
      const pauses = times.slice(1).map((time, i) => time - times[i]);
      expect(CLOSES / (times.at(-1)! - times[0])).toBeLessThanOrEqual(1);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(30.1);
      expect(new Set(pauses.map(pause => pause.toFixed(2))).size).toBeGreaterThan(CLOSES / 4);
      expect(rows.column('n')).toEqual(Array.from({ length: CLOSES + 1 }, (_, i) => BigInt(i + 1)));
      expect(fake.said.length).toBe(CLOSES + 1);
      expect(fake.subscriptions).toEqual([[{ op: 'subscribe' }]]);
      expect(rows.counters.reconnects).toBe(CLOSES);
      // The live connection has two ends in this process.
      expect(Math.abs(descriptors() - before - 2)).toBeLessThanOrEqual(2);
    } finally {
      world.stop();
      await rows.close();
      await fake.stop();
    }
  },
);
