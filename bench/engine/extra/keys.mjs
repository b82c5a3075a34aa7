// One million keys: a running group-by with a changelog a batch, and one-minute windows.
import { avg, count, max, replay, sum, tumble } from 'millrace';
import { Materialised, physicalPlan, runAll } from '../operators.mjs';
import { give, makeEvents, options, timed } from './made.mjs';

const { rows } = options();
const KEYS = 1_000_003;
const data = makeEvents(rows, { userOf: i => (i * 7919) % KEYS, timeOf: i => 1.7e15 + i * 100 });
const events = replay('events', { time: 'ts', watermark: '0 s' });
const aggregates = t => ({ n: count(), volume: sum(t.size), mean: avg(t.price), high: max(t.price) });
const results = [];
for (const [name, collection, form] of [
  ['1 million keys, group-by', events.groupBy('user').aggregate(aggregates), 'retract'],
  [
    '1 million keys, 1 min bars',
    events.window(tumble('1 min')).groupBy('user').aggregate(aggregates).final(),
    null,
  ],
]) {
  const out = new Materialised(true);
  const { value, wall_ms, cpu_ms } = await timed(() =>
    runAll(physicalPlan(collection, data, form), data, out.take),
  );
  results.push({
    name,
    rows,
    wall_ms,
    cpu_ms,
    rows_per_s: Math.round(rows / (cpu_ms / 1000)),
    out: out.length,
    state_mb: value.bytes() / 2 ** 20,
  });
}
give(results);
