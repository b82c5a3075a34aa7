import { afterEach, expect, test } from 'vitest';
import { INT64, STRING } from '../../../engine/src/columns/types.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import { FakeExchange } from '../../support/fakeExchange.js';
import { LiveRows } from '../../support/liveRows.js';
import { fieldOf } from '../../support/sourceRows.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 7);
const MESSAGES = Math.max(20_000, 100 * Number(process.env.MILLRACE_RUNS ?? 200));
const SYMBOLS = ['A', 'B', '__proto__', ''];
const FIELDS = [fieldOf('symbol', STRING, false), fieldOf('n', INT64, false), fieldOf('seq', INT64, false)];

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Publishes numbered messages through a line that drops, repeats and swaps 1 % each, and reads the rows and the connection's events. */
async function run(gaps: Record<string, unknown>, size: number, start: number) {
  const fake = await FakeExchange.start({
    seed: SEED,
    faults: { drop: 0.01, duplicate: 0.01, reorder: 0.01 },
  });
  const options = { url: fake.url, gaps };
  const world = realWorld('.');
  const events = await LiveRows.open(webSocketConnector, { ...options, decode: 'events' }, world, {
    time: 'at',
  });
  const rows = await LiveRows.open(webSocketConnector, options, world, { fields: FIELDS });
  cleanUp.push(
    () => fake.stop(),
    () => events.close(),
    () => rows.close(),
  );
  await expect.poll(() => fake.clients.length).toBe(1);
  const random = seededRandom(SEED);
  const numbers = new Map(SYMBOLS.map(symbol => [symbol, 0]));
  for (let i = 0; i < MESSAGES; i++) {
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)];
    const n = numbers.get(symbol)!;
    numbers.set(symbol, n + 1);
    fake.publish(JSON.stringify({ symbol, n, seq: (start + n) % size }));
    if (i % 1000 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  fake.line.flush();
  fake.send('{"symbol":"end","n":0,"seq":0}');
  await rows.until(all => all.at(-1)?.[0] === 'end', 60_000);
  await events.until(all => all.length > 0);
  return { events, rows };
}

/** The messages of each symbol that did not come though later ones did, by their place. */
function lost(rows: LiveRows): string[] {
  return SYMBOLS.flatMap(symbol => {
    const came = new Set(rows.rows.filter(row => row[0] === symbol).map(row => Number(row[1])));
    const [first, last] = [Math.min(...came), Math.max(...came)];
    const missing = [];
    for (let n = first; n <= last; n++) if (!came.has(n)) missing.push(`${symbol} ${n}`);
    return missing;
  });
}

/** The messages that the events call missing, but for those that they say came late. */
function reported(events: LiveRows, size: number, start: number): string[] {
  const missing = new Set<string>();
  const rounds = new Map<string, number>();
  const at = { event: 1, key: 2, expected: 3, got: 4, missing: 5 };
  for (const row of events.rows) {
    const [event, symbol] = [row[at.event] as string, row[at.key] as string];
    if (event !== 'gap' && event !== 'late') continue;
    const number = Number(event === 'gap' ? row[at.expected] : row[at.got]);
    // Which round of the numbers it is: the one that is nearest to the last.
    const last = rounds.get(symbol) ?? 0;
    let place = (((number - start) % size) + size) % size;
    while (place < last - size / 2) place += size;
    if (event === 'late') missing.delete(`${symbol} ${place}`);
    else for (let i = 0; i < Number(row[at.missing]); i++) missing.add(`${symbol} ${place + i}`);
    rounds.set(symbol, place);
  }
  return [...missing].sort();
}

test.each([
  ['say where they begin anew', { last: 9999 }, 10_000, 9000],
  ['roll over at a power of two', {}, 65_536, 64_000],
  ['just go up', {}, 2 ** 50, 1],
])('every gap is reported where numbers %s', { timeout: 120_000 }, async (_, more, size, start) => {
  const { events, rows } = await run({ sequence: 'seq', by: ['symbol'], ...more }, size, start);
  const truth = lost(rows).sort();
  expect(truth.length).toBeGreaterThan(MESSAGES / 200);
  expect(reported(events, size, start)).toEqual(truth);
  expect(events.column('event')).not.toContain('reset');
  expect(events.column('event')).toContain('late');
});
