// The largest generated loop: a hundred aggregates in one query, from the plan to the first row's result.
import { avg, count, first, last, max, min, replay, sum, tumble, vwap } from 'millrace';
import { generatedTexts } from '../../../engine/dist/codegen/compile.js';
import { physicalPlan, slice } from '../operators.mjs';
import { Pipeline } from '../../../engine/dist/runtime/pipeline.js';
import { give, makeEvents, timed } from './made.mjs';

const data = makeEvents(8192, { userOf: i => i % 100, timeOf: i => 1.7e15 + i });
const events = replay('events', { time: 'ts', watermark: '0 s' });
const results = [];
for (const copies of [1, 4, 14]) {
  const collection = events
    .window(tumble('1 s'))
    .groupBy('user')
    .aggregate(t =>
      Object.assign(
        { n: count() },
        ...Array.from({ length: copies }, (_, k) => {
          const where = t.size.gt(k);
          return {
            [`sum${k}`]: sum(t.size, { where }),
            [`avg${k}`]: avg(t.price, { where }),
            [`min${k}`]: min(t.price, { where }),
            [`max${k}`]: max(t.price, { where }),
            [`first${k}`]: first(t.price, { where }),
            [`last${k}`]: last(t.price, { where }),
            [`vwap${k}`]: vwap(t.price, t.size, { where }),
          };
        }),
      ),
    )
    .final();
  const { wall_ms, cpu_ms } = await timed(() => {
    const pipeline = new Pipeline(
      physicalPlan(collection, data),
      () => undefined,
      () => 0,
    );
    pipeline.push(0, slice(data, 0, 1));
    pipeline.end(0);
  });
  const largest = generatedTexts().reduce((most, { text }) => Math.max(most, text.length), 0);
  results.push({
    name: `compile ${1 + copies * 7} aggregates`,
    rows: 1,
    wall_ms,
    cpu_ms,
    loop_characters: largest,
  });
}
give(results);
