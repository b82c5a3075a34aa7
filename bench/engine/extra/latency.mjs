// One JSON trade a WebSocket message: from its sending to its changed row, and from a window's end to its row.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { count, last, sum, tumble, webSocket } from 'millrace';
import { openSession } from '../../support/session.mjs';
import { give } from './made.mjs';

const SECONDS = 6;
const now = () => (performance.timeOrigin + performance.now()) * 1000;
const results = [];
for (const rate of [1_000, 10_000, 20_000, 30_000]) results.push(...(await measureRate(rate)));
give(results);

async function measureRate(rate) {
  const server = fork(fileURLToPath(new URL('latencyFeed.mjs', import.meta.url)), [
    String(rate),
    String(SECONDS),
  ]);
  const port = await new Promise(resolve => server.once('message', resolve));
  const { runtime, registry } = openSession();
  const trades = webSocket(`ws://127.0.0.1:${port}`, { name: 'trades', time: 'ts', watermark: '0 s' });
  const rows = trades
    .groupBy('symbol')
    .aggregate(t => ({ sent: last(t.sent), n: count(), volume: sum(t.size) }));
  const bars = trades
    .window(tumble('1 s'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size) }))
    .final();
  const rowDelays = [];
  const windowDelays = [];
  const watch = async (collection, column, delays) => {
    const { query } = await registry.hold(collection.plan);
    const apply = query.table.apply.bind(query.table);
    const at = query.plan.table.schema.fields.findIndex(({ name }) => name === column);
    query.table.apply = batch => {
      apply(batch);
      const moment = now();
      for (let i = 0; i < batch.length; i++) {
        if (batch.kinds !== null && (batch.kinds[i] & 1) === 1) continue;
        delays.push((moment - Number(batch.columns[at].data[i])) / 1000);
      }
    };
    return query;
  };
  const query = await watch(rows, 'sent', rowDelays);
  await watch(bars, 'windowEnd', windowDelays);
  server.send('go');
  await new Promise(resolve => server.once('message', resolve));
  await new Promise(resolve => setTimeout(resolve, 300));
  const received = query.rowsIn;
  await runtime.close();
  server.kill();
  return [
    {
      name: `${rate} messages a second: row to changed row`,
      rows: received,
      received_per_s: Math.round(received / SECONDS),
      ...percentiles(rowDelays),
    },
    {
      name: `${rate} messages a second: window's end to its row`,
      rows: received,
      ...percentiles(windowDelays),
    },
  ];
}

/** The first second warms up and is left out. */
function percentiles(delays) {
  const steady = delays.slice(Math.floor(delays.length / SECONDS)).sort((a, b) => a - b);
  const at = share =>
    Math.round(steady[Math.min(steady.length - 1, Math.floor(steady.length * share))] * 100) / 100;
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}
