import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf } from '../../../../tests/support/packedFiles.js';
import { recorded } from '../../../../tests/support/recordings.js';
import { fieldOf, sourceRequest, stillWorld } from '../../../../tests/support/sourceRows.js';
import { FLOAT64, timestampType } from '../../columns/types.js';
import type { OpenSource } from '../../sources/source.js';
import { fileConnector } from '../sources/file.js';
import { recordingConnector } from '../sources/recording.js';

const SEED = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);
/** How often each kind of file is closed while it is read: a thousand times in all. */
const CLOSES = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 1.6);
const ROWS = 20_000;
/** Where Linux says which descriptors a process has. */
const DESCRIPTORS = '/proc/self/fd';

let state = SEED | 1;
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const times = Array.from({ length: ROWS }, (_, i) => 1709908200000 + i);
const csv = `ts,x\n${times.map((ts, i) => `${ts},${i / 4}\n`).join('')}`;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-descriptors-'));
  const write = (name: string, bytes: string | Uint8Array) => writeFile(join(folder, name), bytes);
  await write('a.csv', csv);
  await write('b.csv', csv);
  await write('a.ndjson', times.map(ts => `{"ts":${ts}}\n`).join(''));
  await write('a.csv.gz', gzipSync(csv));
  await write('a.zip', zipOf([['a.csv', new TextEncoder().encode(csv)]]));
  await write(
    'a.arrow',
    tableToIPC(tableFromArrays({ ts: BigInt64Array.from(times, BigInt), x: times }), {
      format: 'file',
    }) as Uint8Array,
  );
  const arrivals = times.slice(0, 500).map(ts => ({
    kind: 'text' as const,
    atUs: ts * 1000,
    text: JSON.stringify({ ts, x: 1 }),
  }));
  const fields = [fieldOf('ts', timestampType('ms'), false), fieldOf('x', FLOAT64)];
  await write('a.mrec', (await recorded(arrivals, { chunkBytes: 4000 }, stillWorld('.'), fields)).bytes);
  const connection = await (await DuckDBInstance.create()).connect();
  for (const [name, rows] of [
    ['small', 100],
    ['large', 60_000],
  ]) {
    await connection.run(`COPY (SELECT make_timestamp(1709908200000000 + i) AS ts, random() AS x FROM range(${rows}) t(i))
      TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet, ROW_GROUP_SIZE 4096, COMPRESSION uncompressed)`);
  }
  connection.closeSync();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (path: string) => sourceRequest({ path }, { time: 'ts' });
const file = (path: string) => fileConnector.open(request(path), stillWorld(folder));

const SOURCES: readonly (readonly [name: string, open: () => Promise<OpenSource>])[] = [
  ['CSV', () => file('a.csv')],
  ['JSON by line', () => file('a.ndjson')],
  ['CSV by gzip', () => file('a.csv.gz')],
  ['CSV in a zip archive', () => file('a.zip')],
  ['Arrow', () => file('a.arrow')],
  ['small Parquet', () => file('small.parquet')],
  ['large Parquet', () => file('large.parquet')],
  ['several files', () => file('?.csv')],
  ['a recording', () => recordingConnector.open(request('a.mrec'), stillWorld(folder))],
];

/** Nothing, some turns of what waits to go on, or a little time. */
async function aMoment(): Promise<void> {
  const kind = random();
  if (kind < 0.5) for (let turns = Math.floor(random() * 40); turns > 0; turns--) await Promise.resolve();
  else if (kind < 0.9)
    for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise(setImmediate);
  else await wait(random() * 3);
}

it.skipIf(!existsSync(DESCRIPTORS)).each(SOURCES)(
  `%s: no descriptor is left, whenever reading is given up (seed ${SEED})`,
  { timeout: 120_000 },
  async (_, open) => {
    const source = await open();
    const before = readdirSync(DESCRIPTORS).length;
    for (let turn = 0; turn < CLOSES; turn++) {
      const reader = source.read();
      for (let batches = Math.floor(random() * 3); batches > 0; batches--) await reader.next(64);
      const reading = reader.next(64).then(
        () => null,
        () => null,
      );
      await aMoment();
      await reader.close();
      await reading;
      expect(await reader.next(64).catch(() => null)).toBeNull();
    }
    await expect.poll(() => readdirSync(DESCRIPTORS).length, { timeout: 5000 }).toBeLessThanOrEqual(before);
    await source.close();
  },
);
