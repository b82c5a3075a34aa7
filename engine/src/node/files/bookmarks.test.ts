import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forRandom, type Random } from '../../../../tests/properties/random.js';
import { DELTA_STREAM, LZ4_FILE } from '../../../../tests/support/arrowFiles.js';
import { storedZstd, zipOf } from '../../../../tests/support/packedFiles.js';
import { recorded } from '../../../../tests/support/recordings.js';
import type { Recorded } from '../../../../tests/support/recordings.js';
import { batchRows, fieldOf, sourceRequest } from '../../../../tests/support/sourceRows.js';
import { FLOAT64, STRING, timestampType } from '../../columns/types.js';
import { columnOf } from '../../columns/values.js';
import type { OpenSource, SourceReader, SourceRequest } from '../../sources/source.js';
import { arrowSink } from '../sinks/arrow.js';
import { fileConnector } from '../sources/file.js';
import { recordingConnector } from '../sources/recording.js';
import { realWorld } from '../world.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 20);
const START = 1709908200000;

let folder = '';
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-bookmarks-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

interface Row {
  readonly ts: number;
  readonly s: string;
  readonly x: number | null;
}

function randomRows(random: Random, count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    ts: START + from + i * 10 - random.below(40),
    s: `S${random.below(5)}`,
    x: random.chance(0.1) ? null : random.below(1000) / 4,
  }));
}

const bytes = (text: string) => new TextEncoder().encode(text);
/** With a row now and then that cannot be read. */
const csv = (rows: readonly Row[]) =>
  bytes(
    `ts,s,x\n${rows.map(({ ts, s, x }, i) => (i % 37 === 5 ? 'bad,row,z\n' : `${ts},"${s}",${x ?? ''}\n`)).join('')}`,
  );
const ndjson = (rows: readonly Row[]) =>
  bytes(rows.map((row, i) => (i % 41 === 6 ? '{"ts":"?"}\n' : `${JSON.stringify(row)}\n`)).join(''));

const FIELDS = [fieldOf('ts', timestampType('ms'), false), fieldOf('s', STRING), fieldOf('x', FLOAT64)];
const REQUEST = { fields: FIELDS, time: 'ts', boundUs: 20_000 };

async function open(name: string, content: Uint8Array, options = {}): Promise<OpenSource> {
  await writeFile(join(folder, name), content);
  return opened(sourceRequest({ path: name, ...options }, REQUEST));
}

const opened = (request: SourceRequest) => fileConnector.open(request, realWorld(folder));

async function arrow(random: Random, rows: readonly Row[], name: string): Promise<void> {
  const sink = await arrowSink.open({ fields: FIELDS }, { path: name }, realWorld(folder));
  for (let from = 0; from < rows.length;) {
    const some = rows.slice(from, from + 1 + random.below(300));
    const columns = FIELDS.map(({ name, type }) =>
      columnOf(
        type,
        some.map(row => (name === 'ts' ? BigInt(row.ts) : row[name as 's' | 'x'])),
      ),
    );
    await sink.write({
      schema: { fields: FIELDS },
      length: some.length,
      columns,
      kinds: null,
      marks: null,
      watermark: 0,
    });
    from += some.length;
  }
  await sink.finish();
}

/** Messages of some rows each, in chunks of a few; now and then one that cannot be read. */
async function recording(random: Random, rows: readonly Row[]): Promise<OpenSource> {
  const arrivals: Recorded[] = [];
  for (let from = 0; from < rows.length;) {
    const some = rows.slice(from, from + 1 + random.below(4));
    from += some.length;
    const text = random.chance(0.05) ? 'no JSON' : JSON.stringify(some);
    arrivals.push({ kind: 'text', atUs: START * 1000, text });
    if (random.chance(0.05)) arrivals.push({ kind: 'closed', atUs: START * 1000, text: 'lost' });
  }
  const { bytes } = await recorded(arrivals, { chunkBytes: 1 + random.below(4000) });
  await writeFile(join(folder, 'rows.mrec'), bytes);
  return recordingConnector.open(sourceRequest({ path: 'rows.mrec' }, REQUEST), realWorld(folder));
}

const FORMATS: Readonly<Record<string, (random: Random, rows: readonly Row[]) => Promise<OpenSource>>> = {
  csv: (_, rows) => open('rows.csv', csv(rows)),
  ndjson: (_, rows) => open('rows.ndjson', ndjson(rows)),
  'csv.gz': (_, rows) => open('rows.csv.gz', gzipSync(csv(rows))),
  'several gzip streams in one': (_, rows) => {
    const whole = csv(rows);
    const at = Math.floor(whole.length / 3);
    return open(
      'parts.csv.gz',
      Buffer.concat([gzipSync(whole.subarray(0, at)), gzipSync(whole.subarray(at))]),
    );
  },
  'ndjson.zst': (_, rows) => open('rows.ndjson.zst', storedZstd(ndjson(rows))),
  zip: (_, rows) => open('rows.zip', zipOf([['rows.csv', csv(rows)]])),
  async parquet(_, rows) {
    await writeFile(join(folder, 'for.ndjson'), rows.map(row => `${JSON.stringify(row)}\n`).join(''));
    await connection.run(`COPY (SELECT make_timestamp_ms(ts)::TIMESTAMP_MS AS ts, s, x::DOUBLE AS x FROM read_ndjson('${join(folder, 'for.ndjson')}'))
      TO '${join(folder, 'rows.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    return opened(sourceRequest({ path: 'rows.parquet' }, REQUEST));
  },
  async arrow(random, rows) {
    await arrow(random, rows, 'rows.arrow');
    return opened(sourceRequest({ path: 'rows.arrow' }, REQUEST));
  },
  async 'arrow stream'(random, rows) {
    await arrow(random, rows, 'rows.arrows');
    return opened(sourceRequest({ path: 'rows.arrows' }, REQUEST));
  },
  'arrow.gz': async (random, rows) => {
    await arrow(random, rows, 'plain.arrow');
    const { readFile } = await import('node:fs/promises');
    return open('rows.arrow.gz', gzipSync(await readFile(join(folder, 'plain.arrow'))));
  },
  async 'files that overlap'(random, rows) {
    const parts = Array.from({ length: 5 }, (): Row[] => []);
    // The later files begin later, so that some wait while others are read.
    rows.forEach((row, i) =>
      parts[Math.min(4, Math.floor((i / rows.length) * 3) + random.below(3))].push(row),
    );
    const paths = parts.map((_, i) => `part${i}.${['csv', 'ndjson'][i % 2]}${i === 2 ? '.gz' : ''}`);
    for (const [i, part] of parts.entries()) {
      const plain = paths[i].includes('ndjson') ? ndjson(part) : csv(part);
      await writeFile(join(folder, paths[i]), paths[i].endsWith('.gz') ? gzipSync(plain) : plain);
    }
    return opened(sourceRequest({ paths }, REQUEST));
  },
  recording,
};

async function restOf(reader: SourceReader, size: number): Promise<unknown[]> {
  const rest: unknown[] = [];
  for (let batch = await reader.next(size); batch !== null; batch = await reader.next(size)) {
    rest.push(...batchRows(batch).map((row, k) => [row, batch?.marks?.[k]]));
  }
  return rest;
}

/** What was counted; of several files rejects are told batch by batch. */
function countsOf({ counters }: SourceReader) {
  const rejects = counters.rejects.map(reject => JSON.stringify(reject)).sort();
  return { ...counters, bytes: 0, rejects };
}

/** Reads to some place, and from its bookmark to the end: the rows, marks and counts are those of the reading that made it. */
async function expectSame(source: OpenSource, random: Random, needed: boolean): Promise<void> {
  const reader = source.read();
  for (let turn = random.below(9); turn >= 0; turn--) await reader.next(1 + random.below(200));
  const place = reader.bookmark?.() ?? null;
  if (place === null) {
    // At the end none is needed.
    if (needed) expect(await reader.next(1)).toBeNull();
    await reader.close();
    return;
  }
  const size = 1 + random.below(300);
  const again = source.read(null, place);
  // A bookmark of the new reading leads to the same rows, before it has read anything and after.
  const early = again.bookmark?.() ?? place;
  const rest = await restOf(reader, size);
  expect(await restOf(again, 1 + random.below(300))).toEqual(rest);
  expect(countsOf(again)).toEqual(countsOf(reader));
  const third = source.read(null, early);
  const length = (await third.next(50))?.length ?? 0;
  const later = third.bookmark?.() ?? null;
  await third.close();
  if (later !== null) expect(await restOf(source.read(null, later), size)).toEqual(rest.slice(length));
}

it.each(Object.entries(FORMATS))(
  '%s: a reading from a bookmark goes on as the one that made it',
  (name, make) =>
    forRandom(async random => {
      const rows = randomRows(random, 1 + random.below(random.pick([10, 400, 4000])));
      // Messages may have more rows than a batch has room for: the recording has no bookmark within one.
      await expectSame(await make(random, rows), random, name !== 'recording');
    }, RUNS),
  300_000,
);

it.each([
  ['file.arrow', LZ4_FILE],
  ['stream.arrows', DELTA_STREAM],
  ['stream.arrows.gz', gzipSync(DELTA_STREAM)],
])('%s: the dictionaries in force are there again', async (name, content) => {
  await writeFile(join(folder, name), content);
  const source = await opened(sourceRequest({ path: name }));
  for (const size of [1, 2, 3]) {
    for (let turns = 1; turns < 8; turns++) {
      const reader = source.read();
      for (let turn = 0; turn < turns; turn++) await reader.next(size);
      const place = reader.bookmark?.() ?? null;
      const rest = await restOf(reader, 1);
      if (rest.length === 0) continue;
      expect(await restOf(source.read(null, place), 2)).toEqual(rest);
    }
  }
});
