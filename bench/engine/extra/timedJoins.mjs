// Joins in event time: windows of ±1 s around each trade, and pairs of trades and quotes that lie near each other. DuckDB joins seconds, the only way in
// which it does not compare all rows of a symbol; it answers as a batch on one thread.
import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { count, max, min, replay } from 'millrace';
import { planPhysical } from '../../../engine/dist/physical/planner.js';
import { bindPlan } from '../../../engine/dist/plan/bind.js';
import { Pipeline } from '../../../engine/dist/runtime/pipeline.js';
import { loadColumns, Materialised, slice } from '../operators.mjs';
import { give, options, timed } from './made.mjs';

const BATCH_ROWS = 8192;
const RUNS = 3;
const { stem, rows } = options();
const quotesPath = `${stem}-near-quotes.parquet`;
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
if (!existsSync(quotesPath)) {
  // A quote for every second trade, of the same symbols.
  await connection.run(
    `COPY (SELECT ts + to_microseconds(700) AS ts, symbol, price - 0.01 AS bid, price + 0.01 AS ask
           FROM (SELECT *, row_number() OVER () AS n FROM '${stem}.parquet') WHERE n % 2 = 0 ORDER BY ts)
     TO '${quotesPath}' (FORMAT parquet)`,
  );
}
const near = Math.floor(rows / 2);
const trades = await loadColumns(`${stem}.parquet`, { boundUs: 0 });
const quotes = await loadColumns(quotesPath, { boundUs: 0 });

const open = name => replay(name, { time: 'ts', watermark: '0 s' });
const windows = open('trades').windowJoin(open('quotes'), {
  by: 'symbol',
  around: ['-1 s', '+1 s'],
  aggregate: q => ({ high: max(q.ask), low: min(q.bid), n: count() }),
});
const pairs = open('trades')
  .select('ts', 'symbol', 'price')
  .intervalJoin(open('quotes').select('ts', 'symbol', 'bid'), {
    by: 'symbol',
    between: ['-50 ms', '0 s'],
    how: 'left',
  });

/** Runs a plan over both inputs, batch by batch, whichever is behind in time first. Gives the most state that it has held. */
function runBoth(collection, out) {
  const schemas = { trades: trades.schema, quotes: quotes.schema };
  const relations = bindPlan(collection.plan, source => ({
    schema: schemas[source.name],
    time: 'ts',
    mode: 'append',
    key: null,
  }));
  const plan = planPhysical(collection.plan, relations);
  const inputs = plan.sources.map(({ node }) =>
    node.name === 'trades' ? { data: trades, at: 0, rows } : { data: quotes, at: 0, rows: near },
  );
  const pipeline = new Pipeline(plan, out, () => 0);
  let most = 0;
  for (let turn = 0; ; turn++) {
    const left = inputs.filter(input => input.at < input.rows);
    if (left.length === 0) break;
    const next = left.reduce((a, b) => (a.data.marks[a.at] <= b.data.marks[b.at] ? a : b));
    const to = Math.min(next.rows, next.at + BATCH_ROWS);
    pipeline.push(inputs.indexOf(next), slice(next.data, next.at, to));
    next.at = to;
    if (turn % 64 === 0) most = Math.max(most, pipeline.bytes());
  }
  inputs.forEach((_, source) => pipeline.end(source));
  return most;
}

await connection.run(`CREATE TABLE trades AS SELECT * FROM '${stem}.parquet' LIMIT ${rows}`);
await connection.run(`CREATE TABLE quotes AS SELECT * FROM '${quotesPath}' LIMIT ${near}`);
const seconds = `(SELECT *, epoch_us(ts) // 1000000 + k AS second FROM quotes, range(-1, 2) AS r(k))`;
const SQL = {
  windows: `SELECT any_value(t.ts) AS ts, max(ask) AS high, min(bid) AS low, count(bid) AS n
            FROM (SELECT rowid AS id, ts, symbol, epoch_us(ts) // 1000000 AS second FROM trades) t
            LEFT JOIN ${seconds} q ON t.symbol = q.symbol AND t.second = q.second
              AND q.ts BETWEEN t.ts - INTERVAL 1 SECOND AND t.ts + INTERVAL 1 SECOND
            GROUP BY id`,
  pairs: `SELECT t.ts, t.symbol, t.price, q.ts AS ts_right, bid
          FROM (SELECT ts, symbol, price, epoch_us(ts) // 1000000 AS second FROM trades) t
          LEFT JOIN ${seconds} q ON t.symbol = q.symbol AND t.second = q.second
            AND q.ts BETWEEN t.ts - INTERVAL 50 MILLISECOND AND t.ts`,
};

const results = [];
for (const [name, collection, sums] of [
  ['windows', windows, ['high', 'low', 'n']],
  ['pairs', pairs, ['price', 'bid']],
]) {
  let best = null;
  for (let run = 0; run < RUNS; run++) {
    const out = new Materialised(false);
    const each = await timed(() => runBoth(collection, out.take));
    if (best === null || each.cpu_ms < best.cpu_ms) best = { ...each, sums: out.sums(sums), out: out.length };
  }
  const told = {
    rows,
    rows_per_s: Math.round((rows + near) / (best.cpu_ms / 1000)),
    cpu_ms: best.cpu_ms,
    wall_ms: best.wall_ms,
    state_mb: best.value / 2 ** 20,
  };
  results.push({ name: `${name} near in time`, ...told, out: best.out });
  const peer = await timed(() => connection.run(`CREATE OR REPLACE TABLE result AS ${SQL[name]}`));
  const list = sums.map(key => `sum(${key})::DOUBLE AS ${key}`).join(', ');
  const [theirs] = (await connection.runAndReadAll(`SELECT ${list} FROM result`)).getRowObjectsJS();
  const agrees = sums.every(key => Math.abs(theirs[key] - best.sums[key]) <= 1e-9 * Math.abs(theirs[key]));
  results.push({
    name: `${name} near in time`,
    engine: 'duckdb',
    rows,
    cpu_ms: peer.cpu_ms,
    wall_ms: peer.wall_ms,
    agrees,
  });
}
connection.closeSync();
instance.closeSync();
give(results);
