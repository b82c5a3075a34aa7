import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { FLOAT64, INT32, INT64, JSON_TYPE, STRING, decimalType, timestampType } from '../../columns/types.js';
import { fileError } from '../paths.js';
import { realWorld } from '../world.js';
import { fileConnector } from './file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-read-'));
  await writeFile(join(folder, 'trades.csv'), 'ts,x\n1709908200,1\n');
  await writeFile(join(folder, 'quotes.csv'), 'ts,x\n1709908200,1\n');
  await mkdir(join(folder, 'folder.csv'));
  await writeFile(join(folder, 'trades.xyz'), 'ts,x\n1709908200,1\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(path: string, options: Record<string, unknown> = {}, time?: string) {
  const request = sourceRequest({ path, ...options }, time === undefined ? {} : { time });
  return fileConnector.open(request, realWorld(folder));
}

describe('a file that cannot be read', () => {
  it('is named, with names near to it', async () => {
    await expect(open('trade.csv')).rejects.toThrow(/MR3201 there is no file 'trade\.csv'.*'trades\.csv'/);
    await expect(open('nowhere/trades.csv')).rejects.toThrow(/MR3201.*no folder .*nowhere/);
    await expect(open('folder.csv')).rejects.toThrow(/MR3202 'folder\.csv' is a folder/);
    await expect(open('trades.xyz')).rejects.toThrow(/MR3204.*format: 'csv'/);
    await expect(open('trades.csv', { format: 'xml' })).rejects.toThrow(/MR3001 option 'format'/);
  });

  it('says what it is missing', async () => {
    await writeFile(join(folder, 'empty.csv'), '');
    await writeFile(join(folder, 'empty.parquet'), '');
    await writeFile(join(folder, 'broken.parquet'), 'PAR1 and nothing more');
    await expect(open('empty.csv')).rejects.toThrow(/MR3104 'empty\.csv' is empty/);
    await expect(open('empty.parquet')).rejects.toThrow(/MR3104/);
    await expect(open('broken.parquet')).rejects.toThrow(
      /MR3205 'broken\.parquet' is no readable Parquet file/,
    );
    await expect(open('trades.csv', {}, 'tz')).rejects.toThrow(/MR3102.*no column 'tz'.*'ts'/);
    await expect(open('quotes.csv', {}, 'x')).rejects.toThrow(/MR3103 column 'x'.*is int64/);
  });

  it('says that it may not be read', async () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect((await fileError(denied, folder, 'secret.csv')).message).toMatch(
      /MR3203 'secret\.csv' may not be read/,
    );
  });
});

describe('a large file', () => {
  it('is read in pieces, the same at any size of batch', async () => {
    const lines = Array.from({ length: 150_000 }, (_, i) => `${1709908200000 + i},S${i % 300},${i / 4}`);
    await writeFile(join(folder, 'large.csv'), `ts,s,x\n${lines.join('\n')}\n`);
    const source = await open('large.csv', {}, 'ts');
    expect(source.summary).toMatchObject({
      boundUs: 0,
      firstTime: 1709908200000e3,
      lastTime: 1709908349999e3,
    });
    const reader = source.read();
    let count = 0;
    let sum = 0;
    for (let batch = await reader.next(5000); batch !== null; batch = await reader.next(5000)) {
      expect(batch.length).toBeLessThanOrEqual(5000);
      count += batch.length;
      for (let i = 0; i < batch.length; i++) sum += batch.columns[2].data[i] as number;
    }
    expect([count, sum]).toEqual([150_000, (149_999 * 150_000) / 2 / 4]);
  });

  it('may be closed in the middle, and read again', async () => {
    const source = await open('large.csv', {}, 'ts');
    const reader = source.read();
    await reader.next(10);
    await reader.close();
    expect(await reader.next(10)).toBeNull();
    const again = source.read();
    expect((await again.next(10))?.length).toBe(10);
    await again.close();
  });
});

describe('a Parquet file by another writer', () => {
  it('is read whatever types its columns have', async () => {
    const path = join(folder, 'duck.parquet');
    const database = await DuckDBInstance.create();
    const connection = await database.connect();
    await connection.run(`COPY (
      SELECT make_timestamp_ns(1709908200123456789 + i) AS ns, make_timestamp(1709908200000000 + i) AS us,
             CAST(1709908200000 + i AS BIGINT) AS epoch, 'S' || (i % 7) AS s, CAST(i % 100 AS UTINYINT) AS tiny,
             CAST(i AS USMALLINT) AS small, CAST(i AS FLOAT) AS f, CAST(i AS DECIMAL(18, 3)) / 8 AS d, i % 2 = 0 AS b,
             CASE WHEN i % 3 = 0 THEN NULL ELSE 9007199254740993 + i END AS big, DATE '2024-03-08' AS day, [i, NULL] AS list,
             CASE WHEN i % 5 = 0 THEN NULL ELSE {'a': i, 'b': [{'t': TIMESTAMP '2024-03-08 14:30:00'}], 'c"': 'x"y'} END AS item,
             MAP {'k': CAST(1.5 AS DECIMAL(4, 2)), 'l': NULL} AS pairs,
             CAST(-1.25 AS DECIMAL(4, 2)) AS d4, CAST(-1.25 AS DECIMAL(9, 2)) AS d9,
             CAST(-i AS DECIMAL(18, 3)) + 0.125 AS d18, CAST(123456789012345.678 AS DECIMAL(18, 3)) AS wide,
             CAST(1.5 AS DECIMAL(30, 2)) AS d30, 'x'::BLOB AS bytes
      FROM range(20000) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 5000)`);
    connection.closeSync();
    const source = await open('duck.parquet', {}, 'epoch');
    const types = Object.fromEntries(source.summary.fields.map(field => [field.name, field.type]));
    expect(types).toMatchObject({
      ns: timestampType('ns'),
      us: timestampType('us'),
      epoch: timestampType('ms'),
      s: STRING,
      tiny: INT32,
      small: INT32,
      f: FLOAT64,
      big: INT64,
      list: JSON_TYPE,
      item: JSON_TYPE,
      pairs: JSON_TYPE,
      d4: decimalType(4, 2),
      d9: decimalType(9, 2),
      wide: decimalType(18, 3),
      d30: FLOAT64,
    });
    expect(source.summary.notes.join('; ')).toMatch(
      /d30: decimal\(30, 2\) read as float64.*bytes: left out.*epoch: integers read as timestamp\('ms'\)/,
    );
    const { rows, counters } = await sourceRows(source, 3000);
    expect([rows.length, counters.rejected]).toEqual([20_000, 0]);
    for (const i of [0, 1, 4999, 5000, 19_999]) {
      const big = i % 3 === 0 ? null : 9007199254740993n + BigInt(i);
      expect(rows[i].slice(0, 7)).toEqual([
        1709908200123456789n + BigInt(i),
        1709908200000000n + BigInt(i),
        1709908200000n + BigInt(i),
        `S${i % 7}`,
        i % 100,
        i,
        i,
      ]);
      expect(rows[i].slice(7, 11)).toEqual([i / 8, i % 2 === 0, big, 19790]);
      const item = `{"a":${i},"b":[{"t":"2024-03-08T14:30:00Z"}],"c\\"":"x\\"y"}`;
      expect(rows[i].slice(11)).toEqual([
        `[${i},null]`,
        i % 5 === 0 ? null : item,
        '{"k":1.50,"l":null}',
        -125n,
        -125n,
        BigInt(-i * 1000 + 125),
        123456789012345678n,
        1.5,
      ]);
    }
  });
});

describe('a Parquet reading', () => {
  it('may be closed in the middle, beside others', async () => {
    const source = await open('duck.parquet', {}, 'us');
    const first = source.read();
    const second = source.read();
    expect((await first.next(100))?.length).toBe(100);
    expect((await second.next(8192))?.length).toBeGreaterThan(0);
    const under = second.next(8192);
    await first.close();
    expect(await first.next(100)).toBeNull();
    await under;
    await second.close();
    expect((await sourceRows(source)).rows.length).toBe(20_000);
  });
});
