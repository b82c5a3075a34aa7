// One run of one case by DuckDB, as a batch on one thread: `duckdb.mjs CASE ORDER STEM ROWS`.
import { DuckDBInstance } from '@duckdb/node-api';
import { measured } from '../support/children.mjs';
import { CASES } from './cases.mjs';
import { fileOf, quotesOf } from './data.mjs';

const [name, order, stem, rows] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const path = fileOf(name, stem, order);
const fromFile = name.startsWith('IN ');
if (!fromFile) await connection.run(`CREATE TABLE trades AS SELECT * FROM '${path}' LIMIT ${rows}`);
if (name === 'W6')
  await connection.run(`CREATE TABLE quotes AS SELECT * FROM '${quotesOf(stem, order)}' LIMIT ${rows / 2}`);

/** In order, first and last are those of the rows; else those of the times. */
const ends =
  order === 'shuffled' ? ['arg_min(price, ts)', 'arg_max(price, ts)'] : ['first(price)', 'last(price)'];
const bars = (bucket, from, time = 'ts') => `
  SELECT symbol, time_bucket(INTERVAL ${bucket}, ${time}) AS start, ${ends[0]} AS open, max(price) AS high, min(price) AS low,
         ${ends[1]} AS close, sum(size) AS volume, sum(price * size) / sum(size) AS vwap, count(*) AS n
  FROM ${from} GROUP BY ALL`;
const groups =
  'SELECT symbol, count(*) AS n, sum(size) AS volume, avg(price) AS mean FROM trades GROUP BY symbol';

const QUERIES = {
  W1: 'SELECT ts, symbol, price * size AS notional FROM trades WHERE size > 100',
  W2: bars('1 SECOND', 'trades'),
  W2m: bars('1 MINUTE', 'trades'),
  W3: `SELECT s + k AS window_end, symbol, sum(total) / sum(n) AS mean, max(high) AS high, sum(n) AS n
       FROM (SELECT epoch_us(ts) // 1000000 AS s, symbol, sum(price) AS total, max(price) AS high, count(*) AS n FROM trades GROUP BY ALL),
            range(1, 11) AS r(k)
       GROUP BY ALL`,
  W4: `SELECT symbol, session, count(*) AS n, sum(size) AS volume
       FROM (SELECT symbol, size, sum(begins) OVER (PARTITION BY symbol ORDER BY ts ROWS UNBOUNDED PRECEDING) AS session
             FROM (SELECT ts, symbol, size,
                          CASE WHEN ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts) <= INTERVAL 50 MILLISECOND THEN 0 ELSE 1 END AS begins
                   FROM trades))
       GROUP BY ALL`,
  W5: `SELECT ts, symbol, avg(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 19 PRECEDING AND CURRENT ROW) AS mean FROM trades`,
  W5r: `SELECT ts, symbol, avg(price) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL 5 SECOND PRECEDING AND CURRENT ROW) AS mean
        FROM trades`,
  W6: `SELECT trades.*, bid, ask FROM trades ASOF LEFT JOIN quotes ON trades.symbol = quotes.symbol AND trades.ts >= quotes.ts`,
  W7: `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY start ORDER BY notional DESC, symbol) AS rank
                      FROM (SELECT time_bucket(INTERVAL 10 SECOND, ts) AS start, symbol, sum(price * size) AS notional FROM trades GROUP BY ALL))
       WHERE rank <= 3`,
  W9: groups,
  'W9 end': groups,
  'IN csv': bars('1 MINUTE', `'${path}'`),
  'IN ndjson': bars('1 MINUTE', `read_ndjson('${path}')`, 'make_timestamp(ts)'),
  'IN parquet': bars('1 MINUTE', `'${path}'`),
};

const sums = fromFile ? ['n', 'volume', 'high', 'low'] : CASES.find(each => each.name === name).sums;
await measured(
  () => connection.run(`CREATE TABLE result AS ${QUERIES[name]}`),
  async () => {
    if (sums === null) return null;
    const columns = sums.map(key => `sum(${key})::DOUBLE AS ${key}`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE AS rows, ${columns} FROM result`);
    return reader.getRowObjectsJS()[0];
  },
  () => connection.run('DROP TABLE IF EXISTS result'),
);
connection.closeSync();
instance.closeSync();
