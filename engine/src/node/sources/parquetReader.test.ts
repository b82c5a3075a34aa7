import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forRandom, type Random } from '../../../../tests/properties/random.js';
import { sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { MillraceError } from '../../columns/error.js';
import type { OpenSource } from '../../sources/source.js';
import { readSnappyBlock } from '../../codecs/snappyBlock.js';
import { fileInput } from '../fileInput.js';
import { openParquet } from './parquet.js';
import { flatParquet } from './parquetRows.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 20);

let folder = '';
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-parquet-'));
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await database.connect();
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

/** Columns of each type that is read without the library, of a few values or of many, from a row's number `i`. */
const COLUMNS: readonly (readonly [type: string, few: string, many: string])[] = [
  [
    'TIMESTAMP',
    "TIMESTAMP '2024-03-08' + to_seconds(i % 5)",
    "TIMESTAMP '2024-03-08' + to_microseconds(i * 17)",
  ],
  ['TIMESTAMP_MS', 'make_timestamp_ms(1709908200000 + i % 3)', 'make_timestamp_ms(1709908200000 + i)'],
  [
    'TIMESTAMP_NS',
    'make_timestamp_ns(1709908200000000000 + i % 3)',
    'make_timestamp_ns(1709908200000000000 + i * 13)',
  ],
  ['BIGINT', 'i % 7', '9007199254740993 - i * 400719925474099'],
  [
    'BIGINT',
    '(i % 3) * 2305843009213693952',
    '(hash(i) // 2)::BIGINT * (CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END)',
  ],
  ['UBIGINT', 'i % 7', 'i * 1000'],
  ['INTEGER', 'i % 9 - 4', '-i * 1000'],
  ['SMALLINT', 'i % 9 - 4', 'i % 30000'],
  ['UTINYINT', 'i % 9', 'i % 256'],
  ['UINTEGER', '4294967295 - i % 3', '4294967295 - i'],
  ['DOUBLE', "CASE WHEN i % 3 = 0 THEN 'nan'::DOUBLE ELSE i % 5 END", 'i / 7'],
  ['FLOAT', '(i % 5) / 4', 'i / 4'],
  ['BOOLEAN', 'i % 3 = 0', 'hash(i) % 2 = 0'],
  ['DATE', "DATE '2024-03-08'", "DATE '1960-03-08' + (i % 30000)::INTEGER"],
  ['VARCHAR', "'S' || (i % 4)", "repeat('ü', (hash(i) % 40)::INTEGER) || i"],
  ['DECIMAL(4, 2)', '(i % 5) / 4', '(i % 99) / 4'],
  ['DECIMAL(9, 2)', '-(i % 5) / 4', '-i / 4'],
  ['DECIMAL(18, 3)', '(i % 5) / 8', '123456789012345.678 - i'],
  ['DECIMAL(30, 3)', '(i % 5) / 8', '-123456789012345.678 - i'],
  ['TIME', "TIME '10:00:00'", "TIME '10:00:00'"],
  ['BLOB', "'x'::BLOB", "'y'::BLOB"],
];
const NULLS = ['false', 'true', 'i % 3 = 0', 'hash(i + 7) % 2 = 0', 'i > 50', '(i // 900) % 2 = 0'];
const CODECS = ['snappy', 'snappy', 'uncompressed', 'gzip', 'zstd', 'brotli', 'lz4_raw'];

async function randomFile(random: Random): Promise<number> {
  const rows = random.pick([0, 1, 7, 500, 5000, 20_000]);
  const chosen = Array.from({ length: 1 + random.below(5) }, () => random.pick(COLUMNS));
  const columns = chosen.map(([type, few, many], k) => {
    const value = `CASE WHEN ${random.pick(NULLS)} THEN NULL ELSE CAST(${random.chance(0.5) ? few : many} AS ${type}) END`;
    return `${value} AS c${k}`;
  });
  const options = [
    'FORMAT parquet',
    `COMPRESSION ${random.pick(CODECS)}`,
    `ROW_GROUP_SIZE ${random.pick([2048, 4096, 122_880])}`,
    `DICTIONARY_SIZE_LIMIT ${random.pick([1, 100, 100_000])}`,
    ...(random.chance(0.5) ? ['PARQUET_VERSION V2'] : []),
  ];
  await connection.run(`COPY (SELECT make_timestamp(1709908200000000 + i * 1000) AS ts, ${columns.join(', ')}
    FROM range(${rows}) t(i)) TO '${join(folder, 'random.parquet')}' (${options.join(', ')})`);
  return rows;
}

/** What the library reads; null where it gives up, as it does on pages of the second version with decimals of 30 digits. */
async function byLibrary(source: OpenSource): Promise<Awaited<ReturnType<typeof sourceRows>> | null> {
  try {
    return await sourceRows(source);
  } catch (error) {
    if (error instanceof MillraceError && error.message.includes('the decoder gave up')) return null;
    throw error;
  }
}

describe('files that are read without the library', () => {
  it(
    'have the rows that the library reads, from their start and from any bookmark',
    { timeout: 300_000 },
    () => {
      let flat = 0;
      return forRandom(async random => {
        const rows = await randomFile(random);
        const input = await fileInput(folder, 'random.parquet');
        if ((await flatParquet(input)) !== null) flat++;
        await input.close();
        const request = sourceRequest({}, { time: 'ts' });
        const own = await openParquet(request, folder, 'random.parquet');
        const library = await openParquet(request, folder, 'random.parquet', undefined, true);
        expect(own.summary).toEqual(library.summary);
        const expected = await byLibrary(library);
        if (expected === null) return;
        expect(expected.rows.length).toBe(rows);
        const size = random.pick([100, 1000, 8192]);
        const all = await sourceRows(own, size);
        expect(all.rows).toEqual(expected.rows);
        expect(all.marks).toEqual(expected.marks);
        for (const source of [own, library]) {
          const reader = source.read();
          let passed = 0;
          for (let turn = random.below(8); turn > 0; turn--) passed += (await reader.next(size))?.length ?? 0;
          const place = reader.bookmark?.();
          await reader.close();
          const rest = await sourceRows({ ...source, read: columns => source.read(columns, place) }, size);
          expect(rest.rows).toEqual(expected.rows.slice(passed));
          expect(rest.counters.rows).toBe(rows);
        }
      }, RUNS).then(() => expect(flat).toBeGreaterThan(RUNS / 4));
    },
  );

  it('have pages one inside the other when some columns have larger ones', async () => {
    const path = join(folder, 'pages.parquet');
    await connection.run(`COPY (SELECT i AS n, repeat('x', 2000) || i AS long FROM range(30000) t(i)) TO '${path}'
      (FORMAT parquet, DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE 30000, COMPRESSION uncompressed)`);
    const source = await openParquet(sourceRequest({}), folder, 'pages.parquet');
    const { rows } = await sourceRows(source);
    expect(rows.length).toBe(30_000);
    expect(
      rows.every(([n, long], i) => n === BigInt(i) && (long as string) === `${'x'.repeat(2000)}${i}`),
    ).toBe(true);
  });
});

describe('Snappy', () => {
  const unpack = (bytes: readonly number[], size: number) => {
    const out = new Uint8Array(size);
    readSnappyBlock(Uint8Array.from(bytes), out, 0, size);
    return new TextDecoder().decode(out);
  };

  it('copies what has just been written', () => {
    expect(unpack([9, 0, 97, 0x11, 1], 9)).toBe('aaaaaaaaaa'.slice(0, 9));
  });

  it.each([
    ['a length that is another one', [8, 0, 97, 0x11, 1], 9],
    ['a copy from before the beginning', [9, 0, 97, 0x11, 2], 9],
    ['a text that is cut off', [9, 32, 97], 9],
    ['no end of its length', [255, 255, 255, 255, 255, 255], 9],
    ['a copy that is cut off', [9, 0, 97, 0x1e, 1], 9],
    ['more than there is room for', [9, 0, 97, 0x11, 1, 0, 98], 9],
    ['a text of 4 GB', [9, 0xfc, 255, 255, 255, 255, 97], 9],
    ['nothing', [], 0],
  ])('that has %s is refused', (_, bytes, size) => {
    expect(() => unpack(bytes, size)).toThrow(RangeError);
  });
});

it('says that a file is broken where a page is not what it says', async () => {
  await connection.run(`COPY (SELECT i AS n FROM range(3000) t(i)) TO '${join(folder, 'good.parquet')}'
    (FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1)`);
  const input = await fileInput(folder, 'good.parquet');
  const bytes = new Uint8Array(input.size);
  await input.read(bytes, 0, input.size, 0);
  await input.close();
  // What the first page has behind its header.
  bytes.fill(255, 60, 400);
  await writeFile(join(folder, 'bad.parquet'), bytes);
  const source = await openParquet(sourceRequest({}), folder, 'bad.parquet');
  await expect(sourceRows(source)).rejects.toThrow(/MR3205 'bad\.parquet' is no readable Parquet file/);
});

describe('a Parquet file tells before it is read how its rows lie over time', () => {
  it.each([
    [
      'TIMESTAMP',
      "TIMESTAMP '2024-03-08' + to_microseconds(i * 1000000 - 5000)",
      1_709_856_000_000_000 - 5000,
      1e6,
    ],
    ['TIMESTAMP_MS', 'make_timestamp_ms(1709908200000 + i)', 1_709_908_200_000_000, 1000],
    ['TIMESTAMP_NS', 'make_timestamp_ns(1709908200000000000 + i * 1500)', 1_709_908_200_000_000, 1.5],
    ['BIGINT', '1709908200000000 + i', 1_709_908_200_000_000, 1],
  ])('of %s', async (type, times, firstUs, everyUs) => {
    const path = join(folder, `pieces-${type}.parquet`);
    const from = `SELECT (${times})::${type} AS ts FROM range(5000) AS r(i) ORDER BY i`;
    await connection.run(`COPY (${from}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    const { pieces = [] } = await openParquet(sourceRequest({ path }, { time: 'ts' }), '/', path);
    expect(pieces).toEqual(
      [0, 2048, 4096].map(row => {
        const rows = Math.min(2048, 5000 - row);
        const at = (row: number): number => Math.floor(firstUs + row * everyUs);
        return { firstUs: at(row), lastUs: at(row + rows - 1), rows };
      }),
    );
  });
});
