// What each kind of join holds while trades and half as many quotes go through it: the most at any time, after a batch of either.
import { count, max, replay } from 'millrace';
import { fileOf, quotesOf } from '../data.mjs';
import { joinedPlan, loadColumns, runBoth } from '../operators.mjs';
import { give, options, timed } from './made.mjs';

const TRADES = 2_000_000;
/** State is looked at every so many batches, since that looks at all of it. */
const EVERY = 16;

const { stem } = options();
const open = name => replay(name, { time: 'ts', watermark: '0 s' });
const [trades, quotes] = [open('trades'), open('quotes')];
const by = 'symbol';
const JOINS = {
  'as-of, backward': trades.asOfJoin(quotes, { by }),
  'as-of, nearest within 2 s': trades.asOfJoin(quotes, { by, direction: 'nearest', tolerance: '2 s' }),
  'as-of, told at once': trades.asOfJoin(quotes, { by, tolerance: '2 s', emit: 'change' }),
  temporal: trades.temporalJoin(quotes, { by }),
  'window, 1 s around': trades.windowJoin(quotes, {
    by,
    around: ['-1 s', '+1 s'],
    aggregate: q => ({ n: count(), high: max(q.ask) }),
  }),
  'interval, 50 ms before': trades.intervalJoin(quotes, { by, between: ['-50 ms', '0 s'], how: 'left' }),
  'lookup in the last of each key': trades.lookupJoin(
    quotes.groupBy('symbol').aggregate(q => ({ ask: max(q.ask) })),
    { by },
  ),
  'regular, of groups that change': trades
    .groupBy('symbol')
    .aggregate(t => ({ high: max(t.price) }))
    .join(
      quotes.groupBy('symbol').aggregate(q => ({ ask: max(q.ask) })),
      { by },
    ),
  'regular, of all rows, semi': trades.join(quotes, { by: ['symbol', 'ts'], how: 'semi' }),
};

const sides = [
  await loadColumns(fileOf('W6', stem, 'in order'), { boundUs: 0 }),
  await loadColumns(quotesOf(stem, 'in order'), { boundUs: 0 }),
];
const results = [];
for (const [name, collection] of Object.entries(JOINS)) {
  let [bytes, rows, batches, out] = [0, 0, 0, 0];
  const look = pipeline => {
    if (batches++ % EVERY !== 0) return;
    bytes = Math.max(bytes, pipeline.bytes());
    rows = Math.max(
      rows,
      pipeline.operators.reduce((total, operator) => total + operator.stateRows(), 0),
    );
  };
  const { wall_ms, cpu_ms } = await timed(() =>
    runBoth(joinedPlan(collection, sides), sides, batch => (out += batch.length), [TRADES, TRADES / 2], look),
  );
  results.push({
    name: `state of a join: ${name}`,
    rows: TRADES * 1.5,
    wall_ms,
    cpu_ms,
    rows_per_s: Math.round((TRADES * 1.5) / (cpu_ms / 1000)),
    out,
    state_rows: rows,
    state_mb: bytes / 2 ** 20,
  });
}
give(results);
