// Rows by key while rows come: how long `get`, `getAll` and `range` take over a link in this process.
import { count, last, Stream, sum } from 'millrace';
import { NODE_SOURCES } from '../../../engine/dist/node/connectors.js';
import { realWorld } from '../../../engine/dist/node/world.js';
import { createSessionHost } from '../../../engine/dist/session/host.js';
import { setDefaultLink } from 'millrace/session';
import { give, makeEvents } from './made.mjs';

const SECONDS = 4;
const BATCH = 1000;
const KEYS = 10_007;
const results = [];
for (const rate of [100_000, 400_000]) results.push(...(await measureRate(rate)));
give(results);

/** A live source of so many rows a second, in batches as they fall due. */
function feedOf(rate) {
  const data = makeEvents(rate * (SECONDS + 3), { userOf: i => (i * 7919) % KEYS, timeOf: i => 1.7e15 + i });
  const begun = performance.now();
  let at = 0;
  const next = async () => {
    const wait = begun + (1000 * at) / rate - performance.now();
    if (wait > 1) await new Promise(resolve => setTimeout(resolve, wait));
    const to = at + BATCH;
    if (to > data.length) return new Promise(() => undefined);
    const columns = data.columns.map(column => ({ ...column, data: column.data.subarray(at, to) }));
    const marks = data.marks.subarray(at, to);
    at = to;
    return { schema: data.schema, length: BATCH, columns, kinds: null, marks, watermark: marks[BATCH - 1] };
  };
  const counters = { rows: 0, bytes: 0, rejected: 0, rejects: [], reconnects: 0, dropped: 0 };
  const summary = {
    name: 'paced',
    fields: data.schema.fields,
    time: 'ts',
    boundUs: 0,
    boundFrom: 'declared',
    rows: null,
    firstTime: null,
    lastTime: null,
    notes: [],
  };
  const read = () => ({ counters, next, close: async () => undefined });
  return { name: 'paced', open: async () => ({ summary, live: true, read, close: async () => undefined }) };
}

async function measureRate(rate) {
  const host = createSessionHost({
    world: realWorld('/'),
    connectors: [...NODE_SOURCES, feedOf(rate)],
    sinks: [],
    defer: setImmediate,
  });
  const link = host.link();
  setDefaultLink(link);
  const time = { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null };
  const events = new Stream({
    kind: 'source',
    name: 'paced',
    connector: 'paced',
    options: {},
    fields: null,
    time,
    clocked: false,
  });
  const totals = events
    .groupBy('user')
    .aggregate(t => ({ n: count(), volume: sum(t.size), price: last(t.price) }))
    .index('user');
  const kept = events.keep({ rows: 100_000 }).index('user');
  let state = 1;
  const user = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % KEYS;
  const asks = [
    ['get by the key of a group-by', () => totals.get(user())],
    ['get the newest of 100,000 kept rows', () => kept.get(user())],
    ['get all of a key of 100,000 kept rows', () => kept.getAll(user())],
    ['range of 10 keys of a group-by', () => totals.range(100, 109)],
  ];
  await asks[0][1]();
  await new Promise(resolve => setTimeout(resolve, 1000));
  const rowsOf = async () => (await link.request({ type: 'stats' })).sources[0].rows;
  const before = await rowsOf();
  const begun = performance.now();
  const delays = asks.map(() => []);
  while (performance.now() - begun < SECONDS * 1000) {
    for (const [k, [, ask]] of asks.entries()) {
      const asked = performance.now();
      await ask();
      delays[k].push(performance.now() - asked);
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  }
  const received = ((await rowsOf()) - before) / ((performance.now() - begun) / 1000);
  setDefaultLink(null);
  await host.close();
  return asks.map(([name], k) => ({
    name: `${name}, ${rate} rows a second`,
    rows: delays[k].length,
    received_per_s: Math.round(received),
    ...percentiles(delays[k]),
  }));
}

function percentiles(delays) {
  const sorted = delays.sort((a, b) => a - b);
  const at = share =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] * 1000) / 1000;
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}
