import { count, first, setDefaultLink, sum, Table, tumble } from './coreExports.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';

/** Runs in a page: an engine there, and a query on it. Leaves the result in `window.result`. */
async function run(): Promise<unknown> {
  const host = createSessionHost({
    world: {
      now: () => Date.now(),
      after: (ms, call) => cancelOf(setTimeout(call, ms)),
      random: Math.random,
      directory: '',
    },
    connectors: [valuesConnector],
    sinks: [],
    defer: work => void setTimeout(work),
  });
  setDefaultLink(host.link());
  const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 5, 14, 30 + n));
  const trades = Table.of(
    { ts: [minute(0), minute(0), minute(1)], price: [1.5, 2.5, 4], size: [10, 20, 30] },
    { time: 'ts' },
  );
  const bars = trades
    .window(tumble('1 min'))
    .groupBy()
    .aggregate(t => ({ open: first(t.price), volume: sum(t.size), n: count() }));
  const rows = await bars.rows();
  return rows.map(({ open, volume, n }) => ({ open, volume, n }));
}

function cancelOf(timer: ReturnType<typeof setTimeout>): () => void {
  return () => clearTimeout(timer);
}

run().then(
  result => Object.assign(window, { result }),
  (error: unknown) => Object.assign(window, { result: String(error) }),
);
