// Fifty queries over one file: it is read once, and the cost is that of one read and fifty queries.
import { count, max, replay, sum, tumble } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { fileOf } from '../data.mjs';
import { give, options, timed } from './made.mjs';

const { stem } = options();
const trades = replay(fileOf('W2m', stem, 'in order'), { time: 'ts', watermark: '0 s' });
const query = k =>
  trades
    .where(t => t.size.gt(k))
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size), high: max(t.price) }));

const results = [];
for (const queries of [1, 10, 50]) {
  const host = createNodeHost({ directory: '/' });
  const link = host.link();
  const { wall_ms, cpu_ms } = await timed(async () => {
    for (let k = 0; k < queries; k++) await link.request({ type: 'open', plan: query(k).plan, owner: null });
    await link.request({ type: 'until', time: 'end' });
  });
  const stats = await link.request({ type: 'stats' });
  results.push({
    name: `${queries} queries over one feed`,
    rows: stats.sources?.[0]?.rows ?? null,
    wall_ms,
    cpu_ms,
    feeds: stats.sources?.length ?? null,
  });
  await host.close();
}
give(results);
