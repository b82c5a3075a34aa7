// A day in event time: keys come and go, windows, sessions and rolling frames pass; what is held must stay as it is after the second hour.
import { avg, count, hop, max, replay, session, sum, tumble } from 'millrace';
import { physicalPlan, slice } from '../operators.mjs';
import { Pipeline } from '../../../engine/dist/runtime/pipeline.js';
import { give, makeEvents, megabytes, options, timed } from './made.mjs';

const { rows } = options();
const HOURS = 24;
const perHour = Math.floor(rows / HOURS);
const step = 3.6e9 / perHour;
const events = replay('events', { time: 'ts', watermark: '0 s' });
const aggregates = t => ({ n: count(), volume: sum(t.size), mean: avg(t.price), high: max(t.price) });
const queries = {
  'bars of 1 min': events.window(tumble('1 min')).groupBy('user').aggregate(aggregates),
  'hop 10 min by 1 min': events
    .window(hop({ size: '10 min', slide: '1 min' }))
    .groupBy('user')
    .aggregate(aggregates)
    .final(),
  'sessions, gap 5 min': events
    .window(session({ gap: '5 min' }))
    .groupBy('user')
    .aggregate(aggregates)
    .final(),
  'rolling 5 min': events.rolling({ by: 'user', range: '5 min' }).derive(t => ({ mean: avg(t.price) })),
  'group-by, kept an hour': events.groupBy('user').aggregate(aggregates, { ttl: '1 h' }),
};
const results = [];
for (const [name, collection] of Object.entries(queries)) {
  let pipeline = null;
  const held = [];
  const { wall_ms, cpu_ms } = await timed(() => {
    for (let hour = 0; hour < HOURS; hour++) {
      const from = hour * perHour;
      // Each user is there for a few minutes, and then never again.
      const data = makeEvents(perHour, {
        userOf: (i, random) => Math.floor((from + i) / 2000) * 100 + (random % 200),
        // Event times are whole microseconds.
        timeOf: i => 1.7e15 + Math.floor((from + i) * step),
      });
      pipeline ??= new Pipeline(
        physicalPlan(collection, data),
        () => undefined,
        () => 0,
      );
      for (let at = 0; at < perHour; at += 8192)
        pipeline.push(0, slice(data, at, Math.min(perHour, at + 8192)));
      held.push({ mb: megabytes(), state_mb: pipeline.bytes() / 2 ** 20 });
    }
  });
  const at = hour => held[hour - 1];
  results.push({
    name: `24 h, ${name}`,
    rows: perHour * HOURS,
    wall_ms,
    cpu_ms,
    mb_after_2_h: at(2).mb,
    mb_after_24_h: at(HOURS).mb,
    state_mb: at(HOURS).state_mb,
    state_mb_after_2_h: at(2).state_mb,
  });
}
give(results);
