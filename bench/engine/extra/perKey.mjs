// One million keys: the first rows of each, its first and its last row, as changelogs and at the end alone, beside DuckDB on one thread.
import { DuckDBInstance } from '@duckdb/node-api';
import { desc, replay } from 'millrace';
import { Materialised, physicalPlan, runAll } from '../operators.mjs';
import { give, makeEvents, options, timed } from './made.mjs';

const { rows } = options();
const KEYS = 1_000_003;
const data = makeEvents(rows, { userOf: i => (i * 7919) % KEYS, timeOf: i => 1.7e15 + i * 100 });
const events = replay('events', { time: 'ts', watermark: '0 s' });
const first = events.deduplicate({ by: 'user', keep: 'first' });
const last = events.deduplicate({ by: 'user', keep: 'last' });
const top = events.topN(3, { by: t => desc(t.price), within: 'user' });
const results = [];
const note = (name, engine, { wall_ms, cpu_ms }, out, bytes) =>
  results.push({
    name,
    engine,
    rows,
    wall_ms,
    cpu_ms,
    rows_per_s: Math.round(rows / (cpu_ms / 1000)),
    out,
    ...(bytes === undefined ? {} : { state_mb: bytes / 2 ** 20 }),
  });

for (const [name, collection, closing] of [
  ['1 million keys, first row', first, false],
  ['1 million keys, last row, a changelog', last.changes(), false],
  ['1 million keys, last row, the end alone', last, true],
  ['1 million keys, top 3, a changelog', top.changes(), false],
  ['1 million keys, top 3, the end alone', top, true],
]) {
  const out = new Materialised(true);
  const plan = physicalPlan(collection, data, null, { closing });
  const run = await timed(() => runAll(plan, data, out.take));
  note(name, 'millrace', run, out.length, run.value.bytes());
}

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
await connection.run(
  `CREATE TABLE events AS SELECT 1.7e15::BIGINT + i * 100 AS ts, (i * 7919) % ${KEYS} AS "user", 100 + ((i * 1664525 + 1013904223) % 1000) / 100 AS price, i % 300 AS size FROM range(${rows}) r(i)`,
);
const numbered = (order, count) =>
  `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY "user" ORDER BY ${order}) AS place FROM events) WHERE place <= ${count}`;
for (const [name, query] of [
  ['1 million keys, first row', numbered('ts', 1)],
  ['1 million keys, last row, the end alone', numbered('ts DESC', 1)],
  ['1 million keys, top 3, the end alone', numbered('price DESC', 3)],
]) {
  const run = await timed(() => connection.run(`CREATE OR REPLACE TABLE result AS ${query}`));
  const count = await connection.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM result');
  note(name, 'duckdb', run, count.getRowObjectsJS()[0].n);
}
give(results);
