import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedZstd, zipOf } from '../../../../tests/support/packedFiles.js';
import { fieldOf, sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { encodeArrow } from '../../codecs/arrow.js';
import type { Batch } from '../../columns/batch.js';
import { BOOLEAN, FLOAT64, INT64, STRING, timestampType } from '../../columns/types.js';
import type { Field } from '../../columns/types.js';
import { columnOf } from '../../columns/values.js';
import type { Value } from '../../columns/values.js';
import { fileConnector } from '../sources/file.js';
import { parquetSink } from '../sinks/parquet.js';
import { csvSink, ndjsonSink } from '../sinks/text.js';
import { realWorld } from '../world.js';

const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-values-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SINKS = { csv: csvSink, ndjson: ndjsonSink, parquet: parquetSink } as const;
const FORMATS = ['csv', 'ndjson', 'parquet', 'arrow'] as const;
const PACKERS: Readonly<Record<string, (bytes: Uint8Array, name: string) => Uint8Array>> = {
  '': bytes => bytes,
  '.gz': bytes => gzipSync(bytes),
  '.zst': storedZstd,
  '.zip': (bytes, name) => zipOf([[name, bytes]]),
};
/** Parquet is compressed by itself. */
const FILES = FORMATS.flatMap(format =>
  Object.keys(PACKERS)
    .filter(ending => format !== 'parquet' || ending === '')
    .map(ending => `rows.${format}${ending}`),
);

/** Writes rows as a file of a format, packed as its ending says. */
async function write(name: string, fields: readonly Field[], rows: readonly Value[][]): Promise<void> {
  const [, format, packing] = name.split('.') as [string, (typeof FORMATS)[number], string?];
  const columns = fields.map((field, i) =>
    columnOf(
      field.type,
      rows.map(row => row[i]),
    ),
  );
  const plain = `plain.${format}`;
  if (format === 'arrow') await writeFile(join(folder, plain), encodeArrow(fields, columns, rows.length));
  else {
    const batch: Batch = {
      schema: { fields },
      length: rows.length,
      columns,
      kinds: null,
      marks: null,
      watermark: 0,
    };
    const sink = await SINKS[format].open({ fields }, { path: plain }, realWorld(folder));
    await sink.write(batch);
    await sink.finish();
  }
  const bytes = await readFile(join(folder, plain));
  await writeFile(join(folder, name), PACKERS[packing === undefined ? '' : `.${packing}`](bytes, plain));
}

async function readBack(name: string, fields: readonly Field[] | null) {
  const request = sourceRequest({ path: name }, fields === null ? {} : { fields });
  return sourceRows(await fileConnector.open(request, realWorld(folder)));
}

describe.each(FILES)('%s', name => {
  it('keeps what is no number, what is infinite, and what is not there', async () => {
    const numbers: readonly Value[] = [NaN, Infinity, -Infinity, -0, 0, null, 5e-324, 1.7976931348623157e308];
    const fields = [
      fieldOf('x', FLOAT64),
      fieldOf('b', BOOLEAN),
      fieldOf('i', INT64),
      fieldOf('t', timestampType('ns')),
      fieldOf('s', STRING),
    ];
    const rows = numbers.map((x, i): Value[] => [
      x,
      i === 1 ? null : i % 2 === 0,
      i === 2 ? null : -(2n ** 63n) + BigInt(i),
      i === 3 ? null : BigInt(i),
      i === 4 ? null : ['NaN', '', 'null', 'NA', '', '-0', 'a,b', '"'][i],
    ]);
    await write(name, fields, rows);
    expect((await readBack(name, fields)).rows).toEqual(rows);
  });

  it('has every name a column may have, and every text', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'a.b', 'ä 日本'];
    const fields = names.map(each => fieldOf(each, STRING));
    const rows = names.map((_, row) => names.map((each, i): Value => (row === i ? null : each + row)));
    await write(name, fields, rows);
    const inferred = await fileConnector.open(sourceRequest({ path: name }), realWorld(folder));
    expect(inferred.summary.fields.map(field => field.name)).toEqual(names);
    expect((await sourceRows(inferred)).rows).toEqual(rows);
  });

  it('keeps a thousand 64-bit numbers exactly', async () => {
    const ids = fc.sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { numRuns: 1000, seed });
    const fields = [fieldOf('id', INT64, false)];
    await write(
      name,
      fields,
      ids.map(id => [id]),
    );
    const { rows, counters } = await readBack(name, null);
    expect(rows.map(row => row[0])).toEqual(ids);
    expect(counters.rejected).toBe(0);
  });
});

it('a column without a name has one by its place', async () => {
  await writeFile(join(folder, 'empty.csv'), 'a,,\n1,2,3\n');
  await writeFile(join(folder, 'empty.ndjson'), '{"":1,"a":2}\n');
  const csv = await fileConnector.open(sourceRequest({ path: 'empty.csv' }), realWorld(folder));
  expect(csv.summary.fields.map(({ name }) => name)).toEqual(['a', 'column2', 'column3']);
  const json = await fileConnector.open(sourceRequest({ path: 'empty.ndjson' }), realWorld(folder));
  expect(json.summary.fields.map(({ name }) => name)).toEqual(['', 'a']);
});
