import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { MillraceError } from '../../engine/src/columns/error.js';
import { FLOAT64, INT64, STRING, timestampType } from '../../engine/src/columns/types.js';
import { unpackedInput } from '../../engine/src/node/files/compression.js';
import { UnpackLimit } from '../../engine/src/node/files/unpackLimit.js';
import { memberInput, zipMembers } from '../../engine/src/node/files/zip.js';
import { CHUNK_HEAD_BYTES } from '../../engine/src/node/recordings/format.js';
import { openArrow } from '../../engine/src/node/sources/arrow.js';
import { openParquet } from '../../engine/src/node/sources/parquet.js';
import { recordingConnector } from '../../engine/src/node/sources/recording.js';
import { memoryInput } from '../../engine/src/sources/bytes.js';
import type { ByteInput } from '../../engine/src/sources/bytes.js';
import { inspectCsv } from '../../engine/src/sources/csvText.js';
import { openLines } from '../../engine/src/sources/lineSource.js';
import { AS_THEY_ARE } from '../../engine/src/sources/rowCompletion.js';
import { inspectNdjson } from '../../engine/src/sources/ndjsonText.js';
import type { OpenSource } from '../../engine/src/sources/source.js';
import { ZSTD_FILE } from '../support/arrowFiles.js';
import { zipOf } from '../support/packedFiles.js';
import { readRecording, recorded } from '../support/recordings.js';
import { fieldOf, sourceRequest, stillWorld } from '../support/sourceRows.js';
import { ZSTD_CSV } from '../support/zstdFile.js';
import { Random } from './random.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 200);
/** How many mutated files of each format are read: a million, the full size, by `npm run test:long`, where they take two hours. */
const count = Number(process.env.MILLRACE_MUTATIONS ?? runs * (runs < 5000 ? 5 : 200));
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
/** The files are small, and are read in smaller pieces: rows lie across the ends of some. */
const SIZES = { sampleBytes: 64 << 10, chunkBytes: 200, batchRows: 16 };
const lines = (open: () => Promise<ByteInput>, inspect = inspectCsv) =>
  openLines(inspect, open, request, AS_THEY_ARE, SIZES);

async function zipped(bytes: Uint8Array): Promise<OpenSource> {
  const archive = memoryInput(bytes, 'it');
  const [member] = await zipMembers(archive);
  if (member === undefined) throw new MillraceError('MR3711', 'nothing is in it.');
  return lines(() => memberInput(archive, member, 'it', () => new UnpackLimit('it')));
}

/** A recording of some chunks, of messages with a row or two. */
async function recording(): Promise<Uint8Array> {
  const arrivals = rows.map((row, i) => ({
    kind: i % 7 === 6 ? ('closed' as const) : ('text' as const),
    atUs: 1_709_908_200_000_000 + 1000 * i,
    text: JSON.stringify(i % 3 === 0 ? [row, row] : row),
  }));
  const fields = [fieldOf('ts', timestampType('ms'), false), fieldOf('s', STRING), fieldOf('x', FLOAT64)];
  return (await recorded(arrivals, { chunkBytes: 400 }, stillWorld('.'), [...fields, fieldOf('n', INT64)]))
    .bytes;
}

/** Where the chunks of the recording begin and end, and the file does. */
let chunkOffsets: readonly number[] = [];
let endOfChunks = 0;
let lengthOfRecording = 0;
/** Whether the checksums of the recording at hand were made right again. */
let isForged = false;

/** Makes the checksums of a recording's head and chunks right again, so that what they protect meets the changes, too. */
function withChecksums(mutated: Uint8Array): Uint8Array {
  const bytes = Buffer.from(mutated);
  const head = bytes.subarray(16, chunkOffsets[0]);
  bytes.writeUInt32LE(crc32(head), 12);
  chunkOffsets.forEach((from, k) => {
    const stored = bytes.subarray(from + CHUNK_HEAD_BYTES, chunkOffsets[k + 1] ?? endOfChunks);
    bytes.writeUInt32LE(crc32(stored), from + 72);
    bytes.writeUInt32LE(crc32(bytes.subarray(from, from + 76)), from + 76);
  });
  return bytes;
}

/** The lines that a text surely has a row or a reject of: those with something in them, in a text whose quotes do not reach over lines. */
function linesOf(
  mutated: Uint8Array,
  { header, quotes }: { header: boolean; quotes: boolean },
): number | null {
  const text = Buffer.from(mutated)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (quotes && text.replace(/(?<=^|,)"[^"\n]*"(?=,|\r?$)/gm, '').includes('"')) return null;
  // A tab alone is a field of a CSV; between values of JSON it is nothing.
  const something = quotes ? /[^ \r]/ : /[^ \t\r]/;
  const lines = text.split('\n').filter(line => something.test(line));
  return lines.length - Number(header);
}

interface Content {
  readonly rows: number;
  readonly rejected: number;
}

async function contentOf(source: OpenSource): Promise<Content> {
  const reader = source.read();
  let rows = 0;
  for (let batch = await reader.next(16); batch !== null; batch = await reader.next(16)) rows += batch.length;
  await reader.close();
  return { rows, rejected: reader.counters.rejected };
}

interface Format {
  readonly good: () => Promise<Uint8Array> | Uint8Array;
  readonly open: (bytes: Uint8Array) => Promise<OpenSource>;
  /** One in so many turns is enough: what is in them is what others are read for. */
  readonly every?: number;
  /** How many rows and rejects there are together; null: who knows. */
  readonly counted?: (mutated: Uint8Array) => number | null;
  /** Whether nothing bad has been left out without being counted. */
  readonly tells?: (mutated: Uint8Array, found: Content) => boolean;
  /** Changes what a mutated file is, at random. */
  readonly change?: (mutated: Uint8Array, random: () => number) => Uint8Array;
}

const FORMATS: Readonly<Record<string, Format>> = {
  csv: {
    good: () => CSV,
    open: mutated => lines(() => Promise.resolve(memoryInput(mutated, 'it'))),
    counted: mutated => linesOf(mutated, { header: true, quotes: true }),
  },
  ndjson: {
    good: () => NDJSON,
    open: mutated => lines(() => Promise.resolve(memoryInput(mutated, 'it')), inspectNdjson),
    counted: mutated => linesOf(mutated, { header: false, quotes: false }),
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
    every: 10,
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
  recording: {
    async good() {
      const bytes = await recording();
      const { file } = await readRecording(bytes);
      const index = await file.index();
      chunkOffsets = index.map(({ offset }) => offset);
      const last = chunkOffsets[chunkOffsets.length - 1];
      endOfChunks = last + CHUNK_HEAD_BYTES + Buffer.from(bytes).readUInt32LE(last + 16);
      lengthOfRecording = bytes.length;
      return bytes;
    },
    async open(mutated) {
      writeFileSync(join(folder, 'mutated.mrec'), mutated);
      return recordingConnector.open(
        sourceRequest({ path: 'mutated.mrec' }, { time: 'ts' }),
        stillWorld(folder),
      );
    },
    change(mutated, random) {
      isForged = mutated.length === lengthOfRecording && random() < 0.5;
      return isForged ? withChecksums(mutated) : mutated;
    },
    // A file that is shorter may be one that is still being written; with checksums that fit, a message may be a lost connection.
    tells: (mutated, { rows, rejected }) =>
      isForged || mutated.length < lengthOfRecording || rows >= 24 || rejected > 0,
  },
  gzip: { good: () => gzipSync(CSV), open: mutated => lines(packed(mutated, 'gzip')), every: 20 },
  zstd: { good: () => ZSTD_CSV, open: mutated => lines(packed(mutated, 'zstd')), every: 20 },
  zip: { good: () => zipOf([['a.csv', CSV]]), open: zipped },
};

it.each(Object.entries(FORMATS))(
  `%s: whatever is done to its bytes, it is read or refused, and what is bad is counted (seed ${seed}, ${count} times)`,
  { timeout: 180_000 + 60 * count },
  async (name, { good, open, every = 1, counted, tells, change = same => same }) => {
    // A Buffer's `slice` shares its bytes: changes would add up until nothing is left to be read.
    const original = Uint8Array.from(await good());
    const chance = new Random(seed);
    const random = () => chance.next();
    const said = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const console = vi.spyOn(globalThis.console, 'log');
    // The file as it is has rows, and none is bad.
    expect(await contentOf(await open(original))).toEqual({ rows: expect.any(Number), rejected: 0 });
    const before = process.memoryUsage.rss();
    const sums = { refused: 0, rows: 0, rejected: 0, compared: 0 };
    for (let turn = 0; turn < count / every; turn++) {
      const mutated = change(mutate(original, random), random);
      const fails = async (cause: unknown): Promise<never> => {
        await writeFile(join(tmpdir(), 'millrace-mutated'), mutated);
        throw new Error(`${name}, turn ${turn}, seed ${seed}`, { cause });
      };
      try {
        const { rows, rejected } = await contentOf(await open(mutated));
        sums.rows += rows;
        sums.rejected += rejected;
        const expected = counted?.(mutated) ?? null;
        if (expected !== null) sums.compared++;
        if (expected !== null && rows + rejected !== expected)
          throw new Error(`${rows} rows and ${rejected} rejects of ${expected} lines`);
        if (tells?.(mutated, { rows, rejected }) === false)
          throw new Error(`${rows} rows and ${rejected} rejects`);
      } catch (error) {
        if (!(error instanceof MillraceError)) await fails(error);
        sums.refused++;
      }
    }
    const lines = [...said, console].reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    vi.restoreAllMocks();
    // Nothing is printed about what came.
    expect(lines).toBe(0);
    expect(sums.refused).toBeGreaterThan(0);
    // Most files that are not refused have nearly all of their rows.
    expect(sums.rows).toBeGreaterThan(every === 1 ? count / 4 : 0);
    if (counted !== undefined) expect(sums.compared).toBeGreaterThan(count / 10);
    // Nothing is kept, and nothing large is made of a small file.
    expect(process.memoryUsage.rss() - before).toBeLessThan(512 * MEGABYTE);
    if (count >= 30_000) globalThis.console.log(`${name}: ${count / every} files, ${JSON.stringify(sums)}`);
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
