import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldOf, sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { FLOAT64, INT64, STRING, timestampType } from '../../columns/types.js';
import { realWorld } from '../world.js';
import { fileConnector } from './file.js';

const FIELDS = [
  fieldOf('ts', timestampType('ms'), false),
  fieldOf('symbol', STRING, false),
  fieldOf('price', FLOAT64),
  fieldOf('side', STRING),
  fieldOf('size', INT64),
];
const READ = new Set(['ts', 'price']);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-columns-'));
  const csv = ['1,A,1.5,B,7', '2,,1,B,7', '3,"B ""x""",2,,x', '4,C,3,"S\nT",8', 'x,C,3,S,8', '5,D,,S,'];
  await writeFile(join(folder, 'rows.csv'), `ts,symbol,price,side,size\n${csv.join('\n')}\n`);
  const json = [
    '{"ts":1,"symbol":"A","price":1.5,"side":"B","size":7}',
    '{"ts":2,"symbol":null,"price":1,"side":"B","size":7}',
    '{"ts":3,"symbol":"B \\"x\\"","price":2,"side":{"a":1},"size":"x"}',
    '{"ts":4,"symbol":"C","price":3,"side":"\\x","size":8}',
    '{"ts":5,"symbol":"D","price":null,"side":5}',
  ];
  await writeFile(join(folder, 'rows.ndjson'), `${json.join('\n')}\n`);
  const database = await DuckDBInstance.create();
  const connection = await database.connect();
  await connection.run(`COPY (SELECT make_timestamp_ms(i)::TIMESTAMP_MS AS ts, CASE WHEN i % 7 = 0 THEN NULL ELSE 'S' || i END AS symbol,
      (i / 4)::DOUBLE AS price, [i] AS list, CASE WHEN i % 3 = 0 THEN NULL ELSE 'B' END AS side, i AS size
    FROM range(20000) r(i)) TO '${join(folder, 'rows.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(['rows.csv', 'rows.ndjson', 'rows.parquet'])(
  '%s has the same rows and rejects, whichever columns are looked at',
  async path => {
    const request = sourceRequest({ path }, { fields: FIELDS, time: 'ts' });
    const source = await fileConnector.open(request, realWorld(folder));
    const all = await sourceRows(source);
    const some = await sourceRows(source, 8192, READ);
    expect(all.counters.rejected).toBeGreaterThan(0);
    expect(some.counters).toEqual(all.counters);
    const looked = (rows: readonly (readonly unknown[])[]) => rows.map(row => [row[0], row[2]]);
    expect(looked(some.rows)).toEqual(looked(all.rows));
    // Without any column there are the rows all the same.
    expect((await sourceRows(source, 8192, new Set())).rows.length).toBe(all.rows.length);
  },
);
