import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  tableFromArrays,
  tableToIPC,
  tableFromIPC,
  timestamp,
  dictionary,
  utf8,
  int16,
} from '@uwdata/flechette';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DELTA_STREAM, LZ4_FILE, POLARS_FILE, ZSTD_FILE } from '../../../../tests/support/arrowFiles.js';
import { fieldOf, sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { encodeArrow } from '../../codecs/arrow.js';
import { BOOLEAN, DATE, FLOAT64, INT32, INT64, JSON_TYPE, STRING } from '../../columns/types.js';
import { decimalType, durationType, timestampType } from '../../columns/types.js';
import { columnOf, type Value } from '../../columns/values.js';
import { MillraceError } from '../../columns/error.js';
import { realWorld } from '../world.js';
import { fileConnector } from './file.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);
const START = 1709908200000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-arrow-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(path: string, more: Parameters<typeof sourceRequest>[1] = {}) {
  return fileConnector.open(sourceRequest({ path }, more), realWorld(folder));
}

async function write(name: string, bytes: Uint8Array) {
  await writeFile(join(folder, name), bytes);
  return name;
}

const CASES: readonly (readonly [Parameters<typeof columnOf>[0], readonly Value[]])[] = [
  [timestampType('us'), [1n, 2n, 3n, 4n]],
  [BOOLEAN, [true, false, null, true]],
  [INT32, [1, -2, null, 2147483647]],
  [INT64, [1n, -2n, null, 9007199254740993n]],
  [FLOAT64, [1.5, -0, null, NaN]],
  [STRING, ['a', '', null, '__proto__']],
  [JSON_TYPE, ['{"a":1}', 'null', null, '[1,"x"]']],
  [DATE, [0, 20_000, null, -1]],
  [timestampType('ns'), [1_700_000_000_000_000_001n, null, -1n, 0n]],
  [decimalType(9, 2), [-125n, null, 0n, 99n]],
  [durationType('ms'), [1n, null, -5n, 0n]],
];

it('has every type, NULLs and wide values included', async () => {
  const fields = CASES.map(([type], k) => fieldOf(`c${k}`, type, k > 0));
  const columns = CASES.map(([type, values]) => columnOf(type, values));
  const source = await open(await write('types.arrows', encodeArrow(fields, columns, 4)), { time: 'c0' });
  expect(source.summary.fields).toEqual(fields);
  const { rows, counters } = await sourceRows(source, 3);
  expect(rows).toEqual([0, 1, 2, 3].map(row => CASES.map(([, values]) => values[row])));
  expect(counters).toMatchObject({ rows: 4, rejected: 0 });
});

const table = (rows: number) =>
  tableFromArrays(
    {
      ts: Array.from({ length: rows }, (_, i) => START + i),
      symbol: Array.from({ length: rows }, (_, i) => (i % 9 === 0 ? null : `S${i % 300}`)),
      price: Float64Array.from({ length: rows }, (_, i) => i / 4),
    },
    { types: { ts: timestamp(1), symbol: dictionary(utf8(), int16()) }, maxBatchRows: 9000 },
  );

it.each(['file', 'stream'] as const)(
  'a large %s is read batch by batch, at any size of ours',
  async format => {
    const path = await write(`large-${format}.feather`, tableToIPC(table(20_000), { format }) as Uint8Array);
    const source = await open(path, { time: 'ts' });
    const isFile = format === 'file';
    expect(source.summary).toMatchObject({
      boundUs: 0,
      rows: isFile ? 20_000 : null,
      firstTime: START * 1000,
      lastTime: isFile ? (START + 19_999) * 1000 : null,
      notes: [],
    });
    const expected = Array.from({ length: 20_000 }, (_, i) => [
      BigInt(START + i),
      i % 9 === 0 ? null : `S${i % 300}`,
      i / 4,
    ]);
    expect((await sourceRows(source)).rows).toEqual(expected);
    expect((await sourceRows(source, 777)).rows).toEqual(expected);
    const some = await sourceRows(source, 8192, new Set(['ts']));
    expect(some.rows.map(row => row[0])).toEqual(expected.map(row => row[0]));
    const reader = source.read();
    await reader.next(10);
    await reader.close();
    expect(await reader.next(10)).toBeNull();
  },
);

it('rejects rows without a time, or without a value that was declared', async () => {
  const fields = [fieldOf('ts', timestampType('us')), fieldOf('x', INT32)];
  const columns = [columnOf(fields[0].type, [1n, null, 3n]), columnOf(INT32, [null, 2, 3])];
  const path = await write('nulls.arrow', encodeArrow(fields, columns, 3));
  const declared = [fieldOf('x', INT32, false), fieldOf('ts', timestampType('us'))];
  const { rows, counters } = await sourceRows(await open(path, { fields: declared, time: 'ts' }));
  expect(rows).toEqual([[3, 3n]]);
  expect(counters.rejects.map(({ position, reason }) => `${position}: ${reason}`)).toEqual([
    "1: column 'x' has no value, and is not nullable",
    "2: column 'ts' has no value, and is not nullable",
  ]);
  await expect(open(path, { fields: [fieldOf('x', STRING)] })).rejects.toThrow(/MR3206 column 'x'.*is int32/);
  await expect(open(path, { fields: [fieldOf('y', STRING)] })).rejects.toThrow(/MR3102.*no column 'y'/);
});

it('reads integers as times by their size', async () => {
  const fields = [fieldOf('ts', INT64)];
  const path = await write('epoch.ipc', encodeArrow(fields, [columnOf(INT64, [BigInt(START)])], 1));
  const { summary } = await open(path, { time: 'ts' });
  expect(summary.fields[0].type).toEqual(timestampType('ms'));
  expect(summary.notes).toEqual(["ts: integers read as timestamp('ms'), by their size"]);
});

const twelve = Array.from({ length: 12 }, (_, i) => [
  BigInt(START + i),
  i % 5 === 0 ? null : i % 2 === 0 ? 'AAAA' : 'BBBB',
  i === 3 ? null : 'the same text again and again',
  i,
]);

it('reads what other programs write: LZ4, views of texts, dictionaries that grow', async () => {
  const lz4 = await sourceRows(await open(await write('lz4.feather', LZ4_FILE), { time: 'ts' }));
  expect(lz4.rows).toEqual(twelve);
  const delta = await sourceRows(await open(await write('delta.arrows', DELTA_STREAM)));
  expect(delta.rows.map(row => row[1])).toEqual(['A', 'B', 'A', 'C', 'X', 'Y']);
  const polars = await sourceRows(await open(await write('polars.arrow', POLARS_FILE), { time: 'ts' }));
  expect(polars.rows.map(row => row[1])).toEqual(['short', 'a text longer than twelve bytes', null, '']);
});

it('reads zstd', async () => {
  const path = await write('zstd.feather', ZSTD_FILE);
  expect((await sourceRows(await open(path, { time: 'ts' }))).rows).toEqual(twelve);
});

it('says what is wrong with a file', async () => {
  const file = tableToIPC(table(100), { format: 'file' }) as Uint8Array;
  const stream = tableToIPC(table(100), { format: 'stream' }) as Uint8Array;
  const text = (value: string) => new TextEncoder().encode(value);
  await expect(open(await write('empty.arrow', text('')))).rejects.toThrow(/MR3104 'empty\.arrow' is empty/);
  await expect(open(await write('text.arrow', text('ts,x\n1,2\n')))).rejects.toThrow(
    /MR3207 'text\.arrow' is no/,
  );
  await expect(open(await write('cut.arrow', file.slice(0, -40)))).rejects.toThrow(
    /MR3207.*end as it should/,
  );
  await expect(open(await write('v1.feather', text('FEA1    FEA1')))).rejects.toThrow(/MR3208.*version 1/);
  const cut = await write('cut.arrows', stream.slice(0, -400));
  await expect(open(cut).then(source => sourceRows(source))).rejects.toThrow(/MR3207.*in the middle/);
});

it('survives any mutation of its bytes', async () => {
  const files = [
    LZ4_FILE,
    DELTA_STREAM,
    POLARS_FILE,
    tableToIPC(table(50), { format: 'file' }) as Uint8Array,
  ];
  const change = fc.tuple(fc.nat(), fc.nat(255));
  const property = fc.asyncProperty(
    fc.constantFrom(...files),
    fc.array(change, { minLength: 1, maxLength: 4 }),
    async (good, changes) => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      const path = await write('mutated.arrow', bytes);
      try {
        await sourceRows(await open(path));
      } catch (error) {
        expect(error).toBeInstanceOf(MillraceError);
      }
    },
  );
  await fc.assert(property, { numRuns: runs, seed });
});

it('agrees with the library that reads frames', async () => {
  const bytes = await readFile(join(folder, 'large-file.feather'));
  const rows = tableFromIPC(bytes).toArray() as { price: number }[];
  const { rows: ours } = await sourceRows(await open('large-file.feather'));
  expect(ours.map(row => row[2])).toEqual(rows.map(row => row.price));
});
