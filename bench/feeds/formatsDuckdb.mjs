// One run of one file by DuckDB, on one thread: `formatsDuckdb.mjs PATH`.
import { DuckDBInstance } from '@duckdb/node-api';
import { measured } from '../support/children.mjs';

const [path] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
const from = path.includes('.ndjson') ? `read_ndjson('${path}')` : `'${path}'`;
await measured(
  () =>
    connection.run(
      `CREATE OR REPLACE TABLE result AS SELECT symbol, count(*) AS n, sum(size) AS volume, max(price) AS high FROM ${from} GROUP BY symbol`,
    ),
  async () => {
    const sums = ['n', 'volume', 'high'].map(key => `sum(${key})::DOUBLE AS ${key}`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE AS groups, ${sums} FROM result`);
    return reader.getRowObjects()[0];
  },
);
