import { afterEach, beforeEach, expect, test } from 'vitest';
import { clock, count, sum, Table, tumble } from '../../engine/src/index.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import type { Stream } from '../../engine/src/dsl/stream.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld, type VirtualWorld } from '../support/virtualWorld.js';

const DAY = '2024-03-08T';
const us = (time: string): number => Date.parse(`${DAY}${time}Z`) * 1000;

let world: VirtualWorld;
let host: SessionHost;
let link: HostLink;

beforeEach(() => {
  world = virtualWorld('.');
  host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
  link = host.link();
  setDefaultLink(link);
});

afterEach(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
});

interface Tick {
  readonly ts: Date;
  readonly symbol: string;
  readonly size: number;
}

/** A replay with a row at each of these times of day. */
function replayAt(name: string, times: readonly string[], options: object = {}): Stream<Tick> {
  return Table.of<Tick>({
    ts: times.map(time => new Date(`${DAY}${time}Z`)),
    symbol: times.map((_, k) => (k % 2 === 0 ? 'A' : 'B')),
    size: times.map((_, k) => k + 1),
  }).replay({ time: 'ts', name, watermark: '2 s', ...options });
}

const everySecond = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, k) => new Date((from + k) * 1000).toISOString().slice(11, 19));

const TRADES = everySecond(34200, 34300);
const QUOTES = ['09:30:05', '09:30:14', '09:45:00'];

/** Bars over both, read by the clock up to a time. */
async function barsAt(time: string, quoteOptions: object = {}) {
  const trades = replayAt('trades', TRADES);
  const quotes = replayAt('quotes', QUOTES, quoteOptions);
  const bars = trades
    .where(t => t.size.gt(1))
    .unionAll(quotes)
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ volume: sum(t.size), n: count() }));
  await clock.start({ speed: 60 });
  const view = { kind: 'grid' as const, title: null };
  await link.request({ type: 'view', viewId: 'v', plan: bars.plan, owner: null, view });
  await link.request({ type: 'until', time: us(time) });
  await clock.pause();
  return bars;
}

test('stats name the source that holds a window open, with its watermark', async () => {
  const bars = await barsAt('09:31:30');
  const { state, sources, operators } = await bars.stats();
  expect(state).toBe('paused');
  expect(sources).toMatchObject([
    { name: 'trades', watermarkUs: us('09:31:28'), lastTimeUs: us('09:31:30'), boundUs: 2e6, idle: false },
    { name: 'quotes', watermarkUs: us('09:30:12'), lastTimeUs: us('09:30:14'), boundUs: 2e6, idle: false },
  ]);
  const [filter, union, windows] = operators;
  expect(filter).toMatchObject({ op: 'filter', rowsIn: 91, rowsOut: 90, stateRows: 0 });
  expect(filter.heldBy?.source).toBe('trades');
  expect(union).toMatchObject({ op: 'unionAll', rowsIn: 92, watermarkUs: us('09:30:12') });
  expect(union.heldBy).toMatchObject({ source: 'quotes', watermarkUs: us('09:30:12') });
  expect(windows).toMatchObject({ op: 'windowedAggregate', rowsIn: 92, stateRows: 4, late: 0 });
  expect(windows.stateBytes).toBeGreaterThan(0);
  expect(windows.windows).toEqual({
    open: 2,
    oldestEndUs: us('09:31:00'),
    why: "window ending 09:31:00 waits for source 'quotes', whose watermark is 09:30:12 (its last event time 09:30:14 less 2 s)",
  });
});

test('a source that is silent for its idleTimeout on the clock holds nobody back, until a row of it comes', async () => {
  const bars = await barsAt('09:31:30', { idleTimeout: '30 s' });
  const stats = await bars.stats();
  expect(stats.sources[1]).toMatchObject({ name: 'quotes', idle: true, watermarkUs: us('09:30:12') });
  expect(stats.operators[1]).toMatchObject({ op: 'unionAll', watermarkUs: us('09:31:28') });
  expect(stats.operators[2].windows).toMatchObject({ open: 1, oldestEndUs: us('09:32:00') });
  await clock.play();
  await clock.until(new Date(`${DAY}09:45:00Z`));
  const later = await bars.stats();
  expect(later.sources[1]).toMatchObject({ rows: 3 });
  expect(later.operators[2].late).toBe(0);
});

test('a clock that stands makes no source silent', async () => {
  const bars = await barsAt('09:30:40', { idleTimeout: '30 s' });
  await new Promise(resolve => world.after(3_600_000, () => resolve(null)));
  expect((await bars.stats()).sources[1].idle).toBe(false);
  await clock.play();
  await clock.until(new Date(`${DAY}09:30:44Z`));
  expect((await bars.stats()).sources[1].idle).toBe(true);
});

test('stats of what does not run say so, and those of a read stay', async () => {
  const trades = replayAt('trades', TRADES);
  const bars = trades.window(tumble('1 min')).aggregate(() => ({ n: count() }));
  expect(await bars.stats()).toMatchObject({ state: 'not running', rowsIn: 0, table: null });
  expect(await bars.count()).toBe(2);
  const { state, rowsIn, operators } = await bars.stats();
  expect({ state, rowsIn }).toEqual({ state: 'read', rowsIn: 100 });
  expect(operators).toMatchObject([{ op: 'windowedAggregate', rowsIn: 100, rowsOut: 2, heldBy: null }]);
});

test('explain shows what has been measured, as text and as data', async () => {
  const bars = await barsAt('09:31:30');
  const text = (await bars.explain())
    .replace(/\d+\.\d ms/g, '0.0 ms')
    .replace(/state (\d+) rows, [^,]*(,\d+)? (bytes|kB)/g, 'state $1 rows, N bytes')
    .replace(/rows, [\d,]+ (bytes|kB)$/gm, 'rows, N bytes');
  await expect(`${text}\n`).toMatchFileSnapshot('./golden/explainRunning.txt');
  const { logical, physical, stats } = await bars.explain({ format: 'data' });
  expect(logical.kind).toBe('aggregate');
  expect(physical).toMatchObject({ kind: 'table', changes: 'retract', key: ['symbol', 'windowEnd'] });
  expect(physical.inputs[0]).toMatchObject({ kind: 'windowedAggregate', operator: 3, changes: 'retract' });
  expect(stats?.state).toBe('paused');
});
