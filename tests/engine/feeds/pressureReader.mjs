// Reads a WebSocket ten times slower than it could, with a small heap: `pressureReader.mjs URL block|drop`. Prints what came, what was dropped, and its size.
import { webSocketConnector } from '../../../engine/dist/node/sources/webSocket.js';
import { realWorld } from '../../../engine/dist/node/world.js';

const [url, whenFull] = process.argv.slice(2);
const fields = [
  { name: 'seq', type: { kind: 'int64' }, nullable: false },
  { name: 'symbol', type: { kind: 'string' }, nullable: false },
  { name: 'padding', type: { kind: 'string' }, nullable: false },
];
const world = realWorld('.');
const request = { name: 'fast', options: { url, whenFull, end: 'close' }, fields, time: null };
const source = await webSocketConnector.open(request, world);
const events = await webSocketConnector.open(
  { ...request, options: { url, end: 'close', decode: 'events', gaps: { sequence: 'seq' } }, fields: null },
  world,
);
const eventReader = events.read();
const reader = source.read();
let inOrder = true;
let last = -1;
let peak = 0;
let gaps = 0;
void (async () => {
  for (let batch = await eventReader.next(8192); batch !== null; batch = await eventReader.next(8192)) {
    const names = batch.columns[1];
    for (let row = 0; row < batch.length; row++) if (names.dictionary.at(names.data[row]) === 'gap') gaps++;
  }
})();
for (;;) {
  const from = performance.now();
  const batch = await reader.next(512);
  if (batch === null) break;
  const [numbers] = batch.columns;
  for (let row = 0; row < batch.length; row++) {
    if (numbers.data[row] <= last || (whenFull === 'block' && numbers.data[row] !== last + 1))
      inOrder = false;
    last = numbers.data[row];
  }
  peak = Math.max(peak, process.memoryUsage.rss());
  // What a slow query takes: the socket is read in between.
  const wait = Math.max(1, (performance.now() - from) * 9);
  await new Promise(resolve => setTimeout(resolve, wait));
}
const { rows, dropped, rejected, reconnects } = reader.counters;
process.stdout.write(
  `${JSON.stringify({ rows, dropped, rejected, reconnects, inOrder, gaps, peakMb: peak / 2 ** 20 })}\n`,
);
await source.close();
await events.close();
