import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf, sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import type { Batch } from '../../columns/batch.js';
import { columnOf } from '../../columns/values.js';
import type { Value } from '../../columns/values.js';
import { BOOLEAN, DATE, FLOAT64, INT32, INT64, STRING, timestampType } from '../../columns/types.js';
import type { Field } from '../../columns/types.js';
import type { SinkConnector } from '../../sinks/sink.js';
import { fileConnector } from '../sources/file.js';
import { realWorld } from '../world.js';
import { arrowSink } from './arrow.js';
import { parquetSink } from './parquet.js';
import { csvSink, ndjsonSink } from './text.js';

const FIELDS: readonly Field[] = [
  fieldOf('b', BOOLEAN),
  fieldOf('i', INT32),
  fieldOf('l', INT64),
  fieldOf('f', FLOAT64),
  fieldOf('s', STRING),
  fieldOf('d', DATE),
  fieldOf('seconds', timestampType('s')),
  fieldOf('millis', timestampType('ms')),
  fieldOf('micros', timestampType('us')),
  fieldOf('nanos', timestampType('ns'), false),
];

const ROWS: readonly Value[][] = [
  [
    true,
    1,
    9007199254740993n,
    1.5,
    'A',
    19790,
    1709908200n,
    1709908200001n,
    1709908200000001n,
    1709908200123456789n,
  ],
  [null, null, null, null, null, null, null, null, null, 1n],
  [false, -2147483648, -9223372036854775808n, -0, '', -1, -1n, -1n, -1n, -1n],
  [true, 2147483647, 9223372036854775807n, NaN, 'a,"b"\r\nc', 0, 0n, 999n, 123456n, 999999999n],
  [false, 0, 0n, Infinity, '=cmd()', 1, 60n, 60_000n, 60_000_000n, 1_000_000_000n],
  [false, 7, 42n, -1e-300, 'é 日本 🎉', 2, 61n, 61_010n, 61_100_000n, 86_400_000_000_000n],
];

function batchOf(fields: readonly Field[], rows: readonly Value[][]): Batch {
  const columns = fields.map((field, i) =>
    columnOf(
      field.type,
      rows.map(row => row[i]),
    ),
  );
  return { schema: { fields }, length: rows.length, columns, kinds: null, marks: null, watermark: 0 };
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(
  sink: SinkConnector,
  path: string,
  fields: readonly Field[],
  batches: readonly Batch[],
  options = {},
) {
  const opened = await sink.open({ fields }, { path, ...options }, realWorld(folder));
  for (const batch of batches) await opened.write(batch);
  return opened.finish();
}

async function readBack(path: string, fields: readonly Field[] | null, more: { time?: string } = {}) {
  const request = sourceRequest({ path }, { ...(fields === null ? {} : { fields }), ...more });
  return sourceRows(await fileConnector.open(request, realWorld(folder)));
}

const SINKS = [
  ['csv', csvSink],
  ['ndjson', ndjsonSink],
  ['parquet', parquetSink],
  ['arrow', arrowSink],
] as const;

describe.each(SINKS)('a %s file', (extension, sink) => {
  it('gives back every value of every type', async () => {
    const path = `all.${extension}`;
    const written = await write(sink, path, FIELDS, [
      batchOf(FIELDS, ROWS.slice(0, 4)),
      batchOf(FIELDS, ROWS.slice(4)),
    ]);
    const { rows, counters } = await readBack(path, FIELDS, { time: 'nanos' });
    expect(counters.rejects).toEqual([]);
    expect(rows).toEqual(ROWS);
    expect(written.rows).toBe(ROWS.length);
    expect(written.bytes).toBe((await readFile(join(folder, path))).length);
  });

  it('may have no rows', async () => {
    const path = `none.${extension}`;
    await write(sink, path, FIELDS, []);
    expect((await readBack(path, FIELDS)).rows).toEqual([]);
  });

  it('appears when it is finished, and not at all when it is given up', async () => {
    const path = `half.${extension}`;
    const opened = await sink.open({ fields: FIELDS }, { path }, realWorld(folder));
    await opened.write(batchOf(FIELDS, ROWS.slice()));
    expect(await readdir(folder)).not.toContain(path);
    await opened.abort();
    expect((await readdir(folder)).filter(name => name.includes('half'))).toEqual([]);
  });

  it('replaces an older file at once', async () => {
    const path = `old.${extension}`;
    await writeFile(join(folder, path), 'something else');
    const fields = [fieldOf('x', INT64, false)];
    await write(sink, path, fields, [batchOf(fields, [[1n]])]);
    expect((await readBack(path, null)).rows).toEqual([[1n]]);
  });
});

describe('a Parquet file', () => {
  it('keeps its schema, and holds many batches with dictionaries of their own', async () => {
    const fields = [
      fieldOf('ts', timestampType('us'), false),
      fieldOf('s', STRING, false),
      fieldOf('x', FLOAT64),
    ];
    const rows = Array.from({ length: 140_000 }, (_, i): Value[] => [
      BigInt(i),
      `S${(i * 7) % 501}`,
      i % 5 === 0 ? null : i / 4,
    ]);
    const batches = Array.from({ length: 14 }, (_, i) =>
      batchOf(fields, rows.slice(i * 10_000, (i + 1) * 10_000)),
    );
    for (const compression of ['zstd', 'snappy', 'none']) {
      await write(parquetSink, 'many.parquet', fields, batches, { compression });
      const source = await fileConnector.open(
        sourceRequest({ path: 'many.parquet' }, { time: 'ts' }),
        realWorld(folder),
      );
      expect(source.summary).toMatchObject({
        fields,
        rows: 140_000,
        boundUs: 0,
        firstTime: 0,
        lastTime: 139_999,
      });
      const back = await sourceRows(source);
      expect(back.rows.length).toBe(rows.length);
      expect(rows.findIndex((row, i) => row.some((value, c) => value !== back.rows[i][c]))).toBe(-1);
    }
  });
});
