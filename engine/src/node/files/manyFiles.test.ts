import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedZstd, zipOf } from '../../../../tests/support/packedFiles.js';
import { fieldOf, sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { DATE, FLOAT64, INT64, STRING, timestampType } from '../../columns/types.js';
import { realWorld } from '../world.js';
import { fileConnector } from '../sources/file.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 40);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);
const START = 1709908200000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-many-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(
  path: string | readonly string[],
  options = {},
  more: Parameters<typeof sourceRequest>[1] = {},
) {
  const files = typeof path === 'string' ? { path } : { paths: path };
  return fileConnector.open(sourceRequest({ ...files, ...options }, more), realWorld(folder));
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
  return name;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const PACKERS = {
  csv: bytes,
  'csv.gz': (text: string) => gzipSync(text),
  'csv.zst': (text: string) => storedZstd(bytes(text)),
  zip: (text: string) => zipOf([['rows.csv', bytes(text)]]),
};

describe('several files with event time', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 });
  const late = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 30, maxLength: 30 });
  const file = fc.record({
    times,
    late,
    ordered: fc.boolean(),
    pack: fc.constantFrom(...(Object.keys(PACKERS) as (keyof typeof PACKERS)[])),
  });

  it('are merged by the running maximum of each, ties by name, at any size of batch', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        async (files, size) => {
          const at = `merge${round++}`;
          const rows = files.map(({ times, late, ordered }) => {
            const of = times.map((time, i) => (i === 0 ? time : time - late[i]));
            return ordered ? of.sort((a, b) => a - b) : of;
          });
          await Promise.all(
            files.map(({ pack }, f) => {
              const text = `ts,file,row\n${rows[f].map((time, i) => `${START + time},f${f},${i}\n`).join('')}`;
              return write(`${at}/f${f}.${pack}`, PACKERS[pack](text));
            }),
          );
          const source = await open(`${at}/*`, {}, { time: 'ts' });
          const disorder = Math.max(...rows.map(disorderOf)) * 1000;
          expect(source.summary).toMatchObject({ boundUs: disorder, sample: { disorderUs: disorder } });
          const { rows: read, marks } = await sourceRows(source, size);
          const expected = mergedByHand(rows);
          expect(read).toEqual(expected.map(({ time, f, i }) => [BigInt(START + time), `f${f}`, BigInt(i)]));
          let highest = -Infinity;
          const wanted = expected.map(
            ({ time }) => (highest = Math.max(highest, (START + time) * 1000)) - disorder,
          );
          expect(marks).toEqual(wanted);
        },
      ),
      { numRuns: runs, seed },
    );
  });

  function disorderOf(times: readonly number[]): number {
    return Math.max(...times.map((time, i) => Math.max(...times.slice(0, i + 1)) - time));
  }

  /** The obvious way: each row with its file's maximum up to there, sorted by that, then by file; the order within files stays. */
  function mergedByHand(files: readonly (readonly number[])[]) {
    return files
      .flatMap((times, f) =>
        times.map((time, i) => ({ time, f, i, key: Math.max(...times.slice(0, i + 1)) })),
      )
      .sort((a, b) => a.key - b.key || a.f - b.f || a.i - b.i);
  }

  it('are opened when their first row may be next', async () => {
    for (let day = 0; day < 200; day++) {
      const lines = Array.from({ length: 3 }, (_, i) => `${START + day * 86_400_000 + i},${day}\n`);
      await write(`days/${String(day).padStart(4, '0')}.csv`, `ts,day\n${lines.join('')}`);
    }
    const source = await open('days/*.csv', {}, { time: 'ts' });
    const reader = source.read();
    const before = process.getActiveResourcesInfo().length;
    for (let row = 0; row < 300; row += 10) {
      await reader.next(10);
      expect(process.getActiveResourcesInfo().length - before).toBeLessThan(6);
    }
    await reader.close();
    expect((await sourceRows(source)).rows.map(row => row[1])).toEqual(
      Array.from({ length: 600 }, (_, i) => BigInt(Math.floor(i / 3))),
    );
    expect(source.summary.notes[0]).toBe("200 files, 'days/0000.csv' to 'days/0199.csv'");
  });

  it('have 64-bit values beside small ones, and NULLs beside none', async () => {
    await write('wide/a.csv', 'ts,id,s\n1709908200000,1,x\n1709908200002,,y\n');
    await write('wide/b.csv', 'ts,id,s\n1709908200001,9007199254740993,x\n1709908200003,-1,\n');
    const { rows } = await sourceRows(await open('wide/*.csv', {}, { time: 'ts' }));
    expect(rows.map(row => row.slice(1))).toEqual([
      [1n, 'x'],
      [9007199254740993n, 'x'],
      [null, 'y'],
      [-1n, null],
    ]);
  });
});

describe('several files without event time', () => {
  it('are read one after the other, in the order of their names, a list of paths in its own', async () => {
    for (const name of ['b', 'a', 'c']) await write(`list/${name}.ndjson`, `{"x":"${name}"}\n`);
    const names = async (path: string | string[]) => (await sourceRows(await open(path))).rows.flat();
    expect(await names('list/*.ndjson')).toEqual(['a', 'b', 'c']);
    expect(await names('list')).toEqual(['a', 'b', 'c']);
    expect(await names(['list/c.ndjson', 'list/a.ndjson'])).toEqual(['c', 'a']);
    expect(await names(['list/c.ndjson', 'list/*'])).toEqual(['c', 'a', 'b']);
  });

  it('say in which of them a row cannot be read', async () => {
    await write('bad/a.csv', 'x\n1\n2\n');
    await write('bad/b.csv', `x\n${'3\n'.repeat(10)}`);
    const source = await open('bad/*.csv', {}, { fields: [fieldOf('x', INT64)] });
    await write('bad/b.csv', 'x\n3\nfour\n');
    const { counters, rows } = await sourceRows(source);
    expect(rows.length).toBe(3);
    expect(counters).toMatchObject({ rows: 3, rejected: 1 });
    expect(counters.rejects[0].reason).toMatch(/^'bad\/b\.csv': column 'x': 'four' is no int64/);
  });
});

describe('the columns of several files', () => {
  it('are of the type that holds the values of all', async () => {
    await write('types/a.csv', 'x,y,z,t\n1,,a,2024-03-08T14:30:00Z\n');
    await write('types/b.csv', 'z,t,x,y\nb,2024-03-08T14:30:00.123456789Z,2.5,7\n');
    const source = await open('types/*.csv');
    expect(source.summary.fields).toEqual([
      fieldOf('x', FLOAT64, false),
      fieldOf('y', INT64),
      fieldOf('z', STRING, false),
      fieldOf('t', timestampType('ns'), false),
    ]);
    expect((await sourceRows(source)).rows).toEqual([
      [1, null, 'a', 1709908200000000000n],
      [2.5, 7n, 'b', 1709908200123456789n],
    ]);
  });

  it('have to be the same, or are NULL where that is said', async () => {
    await write('more/a.csv', 'x\n1\n');
    await write('more/b.csv', 'x,y\n2,3\n');
    await expect(open('more/*.csv')).rejects.toThrow(
      /MR3712 'more\/a\.csv' has no column 'y', which 'more\/b\.csv' has.*missing: 'null'/,
    );
    const source = await open('more/*.csv', { missing: 'null' });
    expect((await sourceRows(source)).rows).toEqual([
      [1n, null],
      [2n, 3n],
    ]);
    await write('kinds/a.csv', 'x\n1\n');
    await write('kinds/b.csv', 'x\nlong ago\n');
    await expect(open('kinds/*.csv')).rejects.toThrow(
      /MR3713 column 'x' is int64 in 'kinds\/a.csv' and string in 'kinds\/b/,
    );
  });

  it('have one unit of time', async () => {
    await write('units/a.csv', 'ts\n1709908200000\n');
    await write('units/b.csv', 'ts\n1709908200\n');
    await expect(open('units/*.csv', {}, { time: 'ts' })).rejects.toThrow(
      /MR3713 column 'ts' is timestamp\('ms'\) in 'units\/a\.csv' and timestamp\('s'\) in 'units\/b\.csv'.*unit/,
    );
    await write('fine/a.csv', 'ts\n1709908200000000\n');
    await write('fine/b.csv', 'ts\n1709908200000000000\n');
    await expect(open('fine/*.csv', {}, { time: 'ts' })).rejects.toThrow(
      /MR3714 the times of 'fine\/a\.csv'.*another unit/,
    );
    const fields = [fieldOf('ts', timestampType('ns'), false)];
    await expect(
      open('units/a.csv', {}, { time: 'ts', fields: [fieldOf('ts', timestampType('s'))] }),
    ).rejects.toThrow(
      /MR3708 column 'ts'.*timestamp\('s'\), has a time in the year 5\d{4}.*declare timestamp\('ms'\)/,
    );
    expect((await sourceRows(await open('fine/b.csv', {}, { time: 'ts', fields }))).rows).toEqual([
      [1709908200000000000n],
    ]);
  });
});

describe('folders that say columns', () => {
  it('give them the types that hold them', async () => {
    for (const [day, hour, symbol] of [
      ['2024-03-08', '9', 'A%2FB'],
      ['2024-03-08', '10', '__HIVE_DEFAULT_PARTITION__'],
      ['2024-03-09', '9', 'C'],
    ]) {
      const table = tableFromArrays({ x: Float64Array.of(1, 2) });
      await write(
        `hive/date=${day}/hour=${hour}/symbol=${symbol}/part-0.arrow`,
        tableToIPC(table, { format: 'file' }) as Uint8Array,
      );
    }
    await write('hive/_SUCCESS', '');
    for (const path of ['hive', 'hive/**/*.arrow', 'hive/date=*/*/*/*']) {
      const source = await open(path);
      expect(source.summary.fields).toEqual([
        fieldOf('x', FLOAT64),
        fieldOf('date', DATE, false),
        fieldOf('hour', INT64, false),
        fieldOf('symbol', STRING),
      ]);
      expect((await sourceRows(source)).rows).toEqual([
        [1, 19790, 10n, null],
        [2, 19790, 10n, null],
        [1, 19790, 9n, 'A/B'],
        [2, 19790, 9n, 'A/B'],
        [1, 19791, 9n, 'C'],
        [2, 19791, 9n, 'C'],
      ]);
    }
    const only = await sourceRows(await open('hive'), 8192, new Set(['symbol']));
    expect(only.rows.map(row => row[3])).toEqual([null, null, 'A/B', 'A/B', 'C', 'C']);
    const plain = await open('hive', { partitions: false });
    expect(plain.summary.fields.map(({ name }) => name)).toEqual(['x']);
    const declared = await open('hive', {}, { fields: [fieldOf('hour', STRING), fieldOf('x', FLOAT64)] });
    expect((await sourceRows(declared)).rows[0]).toEqual([1, '10']);
  });

  it('are event time where that is asked for', async () => {
    await write('asTime/ts=2024-03-09/a.csv', 'x\n2\n');
    await write('asTime/ts=2024-03-08/a.csv', 'x\n1\n');
    const fields = [fieldOf('x', INT64), fieldOf('ts', timestampType('s'), false)];
    const { rows } = await sourceRows(await open('asTime', {}, { time: 'ts', fields }));
    expect(rows).toEqual([
      [1n, BigInt(Date.UTC(2024, 2, 8) / 1000)],
      [2n, BigInt(Date.UTC(2024, 2, 9) / 1000)],
    ]);
  });
});

describe('a pattern', () => {
  it('says so where nothing matches, and is a name where a file has it', async () => {
    await write('odd/data[1].csv', 'x\n1\n');
    expect((await sourceRows(await open('odd/data[1].csv'))).rows).toEqual([[1n]]);
    await expect(open('odd/*.parquet')).rejects.toThrow(/MR3709 no file matches 'odd\/\*\.parquet'.*odd/);
    await expect(open('nowhere/**')).rejects.toThrow(/MR3709/);
  });
});
