// One run of one case by DuckDB, as a batch on one thread: `duckdb.mjs CASE STEM`.
import { DuckDBInstance } from '@duckdb/node-api';
import { measured } from '../support/children.mjs';

const [name, stem] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

let from = `'${stem}.${name.split(' ')[1]}'`;
let time = 'ts';
if (name === 'W2m') {
  await connection.run(`CREATE TABLE trades AS SELECT * FROM '${stem}.parquet'`);
  from = 'trades';
}
if (name === 'IN ndjson') {
  from = `read_ndjson('${stem}.ndjson')`;
  time = 'make_timestamp(ts)';
}

// In order of arrival, as ours: first and last are those of the file.
const query = `CREATE TABLE bars AS
  SELECT symbol, time_bucket(INTERVAL 1 MINUTE, ${time}) AS start, first(price) AS open, max(price) AS high, min(price) AS low,
         last(price) AS close, sum(size) AS volume, sum(price * size) / sum(size) AS vwap, count(*) AS n
  FROM ${from} GROUP BY ALL`;

await measured(
  () => connection.run(query),
  async () => {
    const sums = ['n', 'volume', 'open', 'high', 'low', 'close', 'vwap'];
    const columns = sums.map(key => `sum(${key})::DOUBLE AS ${key}`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE AS bars, ${columns} FROM bars`);
    return reader.getRowObjectsJS()[0];
  },
);
connection.closeSync();
instance.closeSync();
