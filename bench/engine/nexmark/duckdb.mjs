// One run of one query of Nexmark by DuckDB, as a batch on one thread: `duckdb.mjs QUERY STEM`.
import { DuckDBInstance } from '@duckdb/node-api';
import { measured } from '../../support/children.mjs';
import { DUCKDB, SUMS, VIEWS } from './queries.mjs';

const [name, stem] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
await connection.run(`CREATE TABLE events AS SELECT * FROM '${stem}.parquet'`);
for (const [view, query] of Object.entries(VIEWS)) await connection.run(`CREATE VIEW ${view} AS ${query}`);
await measured(
  () => connection.run(`CREATE TABLE result AS ${DUCKDB[name]}`),
  async () => {
    const reader = await connection.runAndReadAll(
      `SELECT count(*)::DOUBLE AS rows, sum(${SUMS[name]})::DOUBLE AS sum FROM result`,
    );
    return reader.getRowObjectsJS()[0];
  },
  () => connection.run('DROP TABLE IF EXISTS result'),
);
connection.closeSync();
instance.closeSync();
