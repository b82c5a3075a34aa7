import { afterEach, expect, test } from 'vitest';
import { count, int64, schema, string, timestamp, tumble, webSocket } from '../../../engine/src/index.js';
import { decodeArrow } from '../../../engine/src/codecs/arrow.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { ReceiveClock } from '../../../engine/src/sources/receiveClock.js';
import { FakeExchange } from '../../support/fakeExchange.js';

const HOUR_MS = 3_600_000;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** The bars of one feed while the wall clock is set by some hours in the middle. */
async function bars(jumpsMs: readonly number[]): Promise<string> {
  let shift = 0;
  const world = { ...realWorld('.'), now: () => Date.now() + shift };
  const fake = await FakeExchange.start();
  const host = createNodeHost({ world, threads: 0 });
  cleanUp.push(
    () => fake.stop(),
    () => host.close(),
  );
  const link = host.link();
  const trades = webSocket(fake.url, {
    schema: schema({ ts: timestamp('ms'), symbol: string, n: int64 }),
    time: 'ts',
    watermark: '0 s',
    idleTimeout: '1 min',
  });
  const { plan } = trades
    .window(tumble('1 s'))
    .groupBy('symbol')
    .aggregate(() => ({ rows: count() }));
  await link.request({ type: 'view', viewId: 'v', plan, owner: null, view: { kind: 'grid', title: null } });
  await expect.poll(() => fake.clients.length).toBe(1);
  const shown = async () => {
    const { arrow } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 10_000 });
    const { columns, length, fields } = decodeArrow(arrow);
    const at = (name: string) => columns[fields.findIndex(field => field.name === name)].data;
    return Array.from({ length }, (_, row) => [Number(at('windowStart')[row]), Number(at('rows')[row])]);
  };
  for (let i = 0; i < 3000; i++) {
    fake.send(JSON.stringify({ ts: 1_709_908_200_000 + 10 * i, symbol: 'A', n: i }));
    if (i % 1000 === 500) {
      await new Promise(resolve => setTimeout(resolve, 30));
      shift += jumpsMs[Math.floor(i / 1000)] ?? 0;
    }
  }
  await expect
    .poll(async () => (await shown()).reduce((sum, [, rows]) => sum + rows, 0), { timeout: 20_000 })
    .toBe(3000);
  return JSON.stringify(await shown());
}

test('event time does not care what the wall clock is set to', { timeout: 60_000 }, async () => {
  const usual = await bars([]);
  expect(await bars([HOUR_MS, -2 * HOUR_MS, HOUR_MS])).toBe(usual);
});

test('receive times follow the wall clock, and are finer', () => {
  let wall = 1000;
  let precise = 5.25;
  const clock = new ReceiveClock({
    directory: '.',
    now: () => wall,
    precise: () => precise,
    random: () => 0,
    after: () => () => undefined,
  });
  expect(clock.nowUs()).toBe(1_000_000);
  precise += 0.125;
  expect(clock.nowUs()).toBe(1_000_125);
  // The wall clock ticks by whole milliseconds.
  precise += 0.8;
  wall += 1;
  expect(clock.nowUs()).toBe(1_000_925);
  wall -= HOUR_MS;
  expect(clock.nowUs()).toBe((1001 - HOUR_MS) * 1000);
  wall += 2 * HOUR_MS;
  precise += 1;
  expect(clock.nowUs()).toBe((1001 + HOUR_MS) * 1000);
});
