import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MillraceError } from '../../engine/src/columns/error.js';
import { unpackedInput } from '../../engine/src/node/files/compression.js';
import { UnpackLimit } from '../../engine/src/node/files/unpackLimit.js';
import { memberInput, zipMembers } from '../../engine/src/node/files/zip.js';
import { openArrow } from '../../engine/src/node/sources/arrow.js';
import { openParquet } from '../../engine/src/node/sources/parquet.js';
import { memoryInput } from '../../engine/src/sources/bytes.js';
import type { ByteInput } from '../../engine/src/sources/bytes.js';
import { inspectCsv } from '../../engine/src/sources/csvText.js';
import { openLines } from '../../engine/src/sources/lineSource.js';
import { inspectNdjson } from '../../engine/src/sources/ndjsonText.js';
import type { OpenSource } from '../../engine/src/sources/source.js';
import { ZSTD_FILE } from '../support/arrowFiles.js';
import { zipOf } from '../support/packedFiles.js';
import { sourceRequest } from '../support/sourceRows.js';
import { ZSTD_CSV } from '../support/zstdFile.js';
import { Random } from './random.js';

/** How many mutated files of each format are read: `MILLRACE_MUTATIONS=1000000` is the full size, which takes an hour. */
const count = Number(process.env.MILLRACE_MUTATIONS ?? Number(process.env.MILLRACE_RUNS ?? 200) * 5);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);
const MEGABYTE = 1 << 20;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-mutations-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const request = sourceRequest({}, { time: 'ts' });
const rows = Array.from({ length: 20 }, (_, i) => ({
  ts: 1709908200000 + i,
  s: `S${i % 3}`,
  x: i % 5 === 0 ? null : i / 4,
}));
const CSV = bytes(`ts,s,x\n${rows.map(({ ts, s, x }) => `${ts},"${s}",${x ?? ''}\n`).join('')}`);
const NDJSON = bytes(rows.map(row => `${JSON.stringify(row)}\n`).join(''));
const columns = tableFromArrays({
  ts: rows.map(({ ts }) => ts),
  s: rows.map(({ s }) => s),
  x: rows.map(({ x }) => x),
});

/** By our own reader, where all columns are flat; by the library, where one is a list. */
async function parquetFile(more: string, options: string): Promise<Uint8Array> {
  const path = join(folder, 'good.parquet');
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`COPY (SELECT make_timestamp(1709908200000000 + i) AS ts, 'S' || (i % 3) AS s,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i / 4 END AS x, ${more} FROM range(40) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, ${options})`);
  connection.closeSync();
  return readFile(path);
}

function openMutated(mutated: Uint8Array): Promise<OpenSource> {
  writeFileSync(join(folder, 'mutated.parquet'), mutated);
  return openParquet(request, folder, 'mutated.parquet');
}

const packed = (bytes: Uint8Array, form: 'gzip' | 'zstd') => () =>
  Promise.resolve(unpackedInput(memoryInput(bytes, 'it'), form, () => new UnpackLimit('it')));
const lines = (open: () => Promise<ByteInput>) => openLines(inspectCsv, open, request);

async function zipped(bytes: Uint8Array): Promise<OpenSource> {
  const archive = memoryInput(bytes, 'it');
  const [member] = await zipMembers(archive);
  if (member === undefined) throw new MillraceError('MR3711', 'nothing is in it.');
  return lines(() => memberInput(archive, member, 'it', () => new UnpackLimit('it')));
}

interface Format {
  readonly good: () => Promise<Uint8Array> | Uint8Array;
  readonly open: (bytes: Uint8Array) => Promise<OpenSource>;
  /** One in so many turns is enough, since each takes long. */
  readonly every?: number;
}

const FORMATS: Readonly<Record<string, Format>> = {
  csv: { good: () => CSV, open: mutated => lines(() => Promise.resolve(memoryInput(mutated, 'it'))) },
  ndjson: {
    good: () => NDJSON,
    open: mutated => openLines(inspectNdjson, () => Promise.resolve(memoryInput(mutated, 'it')), request),
  },
  arrow: {
    good: () => tableToIPC(columns, { format: 'file' }) as Uint8Array,
    open: mutated => openArrow(sourceRequest({}), () => Promise.resolve(memoryInput(mutated, 'it'))),
  },
  'arrow stream': {
    good: () => tableToIPC(columns, { format: 'stream' }) as Uint8Array,
    open: mutated => openArrow(sourceRequest({}), () => Promise.resolve(memoryInput(mutated, 'it'))),
  },
  feather: {
    good: () => ZSTD_FILE,
    open: mutated => openArrow(sourceRequest({}), () => Promise.resolve(memoryInput(mutated, 'it'))),
  },
  'parquet by the library': {
    good: () => parquetFile('[i, NULL] AS l', 'COMPRESSION snappy'),
    open: openMutated,
  },
  'parquet by Snappy': {
    good: () => parquetFile('i % 2 = 0 AS b, i::DECIMAL(30, 2) AS d', 'COMPRESSION snappy'),
    open: openMutated,
  },
  'parquet as it is': {
    good: () =>
      parquetFile("i::DECIMAL(4, 1) AS d, 'x' || i AS t", 'COMPRESSION uncompressed, PARQUET_VERSION V2'),
    open: openMutated,
  },
  gzip: { good: () => gzipSync(CSV), open: mutated => lines(packed(mutated, 'gzip')) },
  zstd: { good: () => ZSTD_CSV, open: mutated => lines(packed(mutated, 'zstd')), every: 20 },
  zip: { good: () => zipOf([['a.csv', CSV]]), open: zipped },
};

it.each(Object.entries(FORMATS))(
  `%s: whatever is done to its bytes, it is read or refused (seed ${seed}, ${count} times)`,
  async (name, { good, open, every = 1 }) => {
    const original = await good();
    const chance = new Random(seed);
    const random = () => chance.next();
    const before = process.memoryUsage.rss();
    let refused = 0;
    let read = 0;
    for (let turn = 0; turn < count / every; turn++) {
      const mutated = mutate(original, random);
      try {
        const source = await open(mutated);
        const reader = source.read();
        for (let batch = await reader.next(8192); batch !== null; batch = await reader.next(8192))
          read += batch.length;
        await reader.close();
      } catch (error) {
        if (!(error instanceof MillraceError)) {
          await writeFile(join(tmpdir(), 'millrace-mutated'), mutated);
          throw new Error(`${name}, turn ${turn}, seed ${seed}`, { cause: error });
        }
        refused++;
      }
    }
    expect(refused + read).toBeGreaterThan(0);
    // Nothing is kept, and nothing large is made of a small file.
    expect(process.memoryUsage.rss() - before).toBeLessThan(512 * MEGABYTE);
  },
);

/** Bytes that are other ones, left out, repeated, or cut off. */
function mutate(original: Uint8Array, random: () => number): Uint8Array {
  let mutated = original.slice();
  const at = () => Math.floor(random() * mutated.length);
  for (let changes = 1 + Math.floor(random() * 4); changes > 0 && mutated.length > 0; changes--) {
    const kind = random();
    if (kind < 0.6) mutated[at()] = Math.floor(random() * 256);
    else if (kind < 0.75) mutated[at()] ^= 1 << Math.floor(random() * 8);
    else if (kind < 0.85) mutated[at()] = random() < 0.5 ? 255 : 127;
    else if (kind < 0.9) mutated = mutated.slice(0, at());
    else {
      const from = at();
      const part = mutated.slice(from, from + Math.floor(random() * 16));
      const rest = kind < 0.95 ? from + part.length : from;
      mutated = new Uint8Array([...mutated.slice(0, from), ...part, ...mutated.slice(rest)]);
    }
  }
  return mutated;
}
