import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { quotesOf } from './data.mjs';
import { jobsOnFlink } from './flinkJobs.mjs';

const ROWS = 1_000_000;
/** Of the temporal join, which takes minutes for more: it looks through a key's versions whenever the watermark moves. */
const FEW_ROWS = 100_000;

const windows = 'symbol, window_start, window_end';
const bars = size => `
  SELECT ${windows}, FIRST_VALUE(price) AS o, MAX(price) AS h, MIN(price) AS l, LAST_VALUE(price) AS c, SUM(size) AS v,
         SUM(price * size) / SUM(size) AS vwap, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL ${size})) GROUP BY ${windows}`;
const over = frame =>
  `SELECT ts, symbol, AVG(price) OVER (PARTITION BY symbol ORDER BY ts ${frame} PRECEDING AND CURRENT ROW) AS m FROM trades`;

const QUERIES = {
  W1: 'SELECT ts, symbol, price * size AS notional FROM trades WHERE size > 100',
  W2: bars("'1' SECOND"),
  W2m: bars("'1' MINUTE"),
  W3: `SELECT ${windows}, AVG(price) AS m, MAX(price) AS h, COUNT(*) AS n
       FROM TABLE(HOP(TABLE trades, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '10' SECOND)) GROUP BY ${windows}`,
  W4: `SELECT ${windows}, COUNT(*) AS n, SUM(size) AS v
       FROM TABLE(SESSION(TABLE trades PARTITION BY symbol, DESCRIPTOR(ts), INTERVAL '0.050' SECOND)) GROUP BY ${windows}`,
  W5: over('ROWS BETWEEN 19'),
  W5r: over("RANGE BETWEEN INTERVAL '5' SECOND"),
  W6: {
    query: `SELECT few.*, bid, ask FROM few LEFT JOIN quotes FOR SYSTEM_TIME AS OF few.ts ON few.symbol = quotes.symbol`,
    reads: ['SELECT * FROM few', 'SELECT * FROM quotes'],
    rows: FEW_ROWS,
  },
  W7: `SELECT ${windows}, notional FROM (
         SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY notional DESC) AS place FROM (
           SELECT ${windows}, SUM(price * size) AS notional
           FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY ${windows}))
       WHERE place <= 3`,
  W9: 'SELECT symbol, COUNT(*) AS n, SUM(size) AS v, AVG(price) AS m FROM trades GROUP BY symbol',
};

/**
 * The workloads on a Flink cluster on this machine, as streams over a CSV file into a sink that drops them. Fewer rows, scaled to ours; the CPU time of
 * its TaskManager, less that of reading the file alone. Each runs twice, so that Java has compiled what it will, and the least counts: of the reading
 * as well. The ratio is Flink's CPU time divided by ours in the same run.
 */
export async function measureFlink({ stem, rows, results }) {
  const columns = 'ts, symbol, price, size';
  const path = await headerless(`${stem}-flink.csv`, `${stem}.parquet`, columns, ROWS);
  const few = await headerless(`${stem}-few-flink.csv`, `${stem}.parquet`, columns, FEW_ROWS);
  const from = quotesOf(stem, 'in order');
  const quotes = await headerless(`${stem}-few-quotes-flink.csv`, from, 'ts, symbol, bid, ask', FEW_ROWS / 2);
  const csv = file => `WITH ('connector' = 'filesystem', 'path' = '${file}', 'format' = 'csv')`;
  const trade = 'ts TIMESTAMP(3), symbol STRING, price DOUBLE, size BIGINT, WATERMARK FOR ts AS ts';
  const setup = [
    `CREATE TABLE trades (${trade}) ${csv(path)}`,
    `CREATE TABLE few (${trade}) ${csv(few)}`,
    `CREATE TABLE quotes (ts TIMESTAMP(3), symbol STRING, bid DOUBLE, ask DOUBLE, WATERMARK FOR ts AS ts, PRIMARY KEY (symbol) NOT ENFORCED)
     ${csv(quotes)}`,
  ];
  const jobs = await jobsOnFlink(setup, 'SELECT * FROM trades', QUERIES);
  return Object.entries(jobs).map(([name, job]) => {
    const scale = rows / (QUERIES[name].rows ?? ROWS);
    const [cpu_ms, wall_ms] = [job.cpu_ms * scale, job.wall_ms * scale];
    const ours = results.find(
      each => each.name === name && each.engine === 'millrace' && each.order === 'in order',
    );
    if (ours !== undefined) ours.flink_ratio = Math.round((cpu_ms / ours.cpu_ms) * 10) / 10;
    return {
      name,
      order: 'in order',
      engine: 'flink',
      rows,
      wall_ms: Math.round(wall_ms),
      cpu_ms: Math.round(cpu_ms),
      rows_per_s: Math.round(rows / (cpu_ms / 1000)),
      flink_ratio: null,
    };
  });
}

/** The first rows as CSV without a header, which Flink takes for a row. */
async function headerless(path, from, columns, rows) {
  if (existsSync(path)) return path;
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const list = columns.replace('ts', "strftime(ts, '%Y-%m-%d %H:%M:%S.%g') AS ts");
  await connection.run(
    `COPY (SELECT ${list} FROM '${from}' LIMIT ${rows}) TO '${path}' (FORMAT csv, HEADER false)`,
  );
  connection.closeSync();
  instance.closeSync();
  return path;
}
