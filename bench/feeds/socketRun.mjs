// One JSON trade a WebSocket message, from its sending to its changed row; and many a message, as fast as they are read.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { count, float64, int64, last, schema, string, sum, timestamp, webSocket } from 'millrace';
import { openSession } from '../support/session.mjs';

const { rate, rows, seconds } = JSON.parse(process.argv[2]);
const now = () => (performance.timeOrigin + performance.now()) * 1000;
const Trade = schema({ ts: timestamp('us'), sent: int64, symbol: string, price: float64, size: int64 });

const server = fork(fileURLToPath(new URL('socketServer.mjs', import.meta.url)), [
  String(rate),
  String(seconds),
  String(rows),
]);
const port = await new Promise(resolve => server.once('message', resolve));
const { runtime, registry } = openSession();
const trades = webSocket(`ws://127.0.0.1:${port}`, { schema: Trade, time: 'ts', watermark: '0 s' });
const bySymbol = trades
  .groupBy('symbol')
  .aggregate(t => ({ sent: last(t.sent), n: count(), volume: sum(t.size) }));
const { query } = await registry.hold(bySymbol.plan);
const delays = [];
const apply = query.table.apply.bind(query.table);
const at = query.plan.table.schema.fields.findIndex(({ name }) => name === 'sent');
query.table.apply = batch => {
  apply(batch);
  const moment = now();
  for (let i = 0; i < batch.length; i++) {
    if (batch.kinds !== null && (batch.kinds[i] & 1) === 1) continue;
    delays.push((moment - Number(batch.columns[at].data[i])) / 1000);
  }
};
await new Promise(resolve => setTimeout(resolve, 500));
const cpu = process.cpuUsage();
const begun = performance.now();
server.send('go');
const { rows: sent } = await new Promise(resolve => server.once('message', resolve));
while (query.rowsIn < sent) await new Promise(resolve => setTimeout(resolve, 1));
const wall = performance.now() - begun;
const used = process.cpuUsage(cpu);
await runtime.close();
server.kill();

/** The first second warms up and is left out. */
const steady = delays.slice(Math.floor(delays.length / seconds)).sort((a, b) => a - b);
const share = part => steady[Math.min(steady.length - 1, Math.floor(steady.length * part))];
process.stdout.write(
  `${JSON.stringify({
    rows: sent,
    rows_per_s: Math.round(sent / (wall / 1000)),
    p50_ms: rate === 0 ? null : share(0.5),
    p99_ms: rate === 0 ? null : share(0.99),
    cpu_us_per_row: (used.user + used.system) / sent,
  })}\n`,
);
