import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf, zstdFrame } from '../../../../tests/support/packedFiles.js';
import { sourceRequest } from '../../../../tests/support/sourceRows.js';
import { realWorld } from '../world.js';
import { fileConnector } from '../sources/file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-bombs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const text = (value: string) => new TextEncoder().encode(value);
const MEGABYTE = 1 << 20;

/** Numbers as Thrift's compact protocol writes them; a struct of fields one behind the other. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
const int = (value: number) => [0x16, ...varint(value * 2)];
/** Page headers: their kind, how long they are unpacked and packed, how many values they have. */
const page = (full: number, packed: number) =>
  Uint8Array.from([0x15, 0, 0x15, ...varint(full * 2), 0x15, ...varint(packed * 2), 0x2c, 0x15, 2, 0, 0]);

/** A Parquet file of one column with one page, as far as its footer says where that is. */
function parquet(pages: Uint8Array, { rows = 1, unpacked = 100 } = {}): Uint8Array {
  const meta = [
    0x15,
    2,
    0x19,
    0x05,
    0x19,
    0x18,
    1,
    97,
    0x15,
    0,
    ...int(rows),
    ...int(unpacked),
    ...int(pages.length),
  ];
  const chunk = [0x26, 0, 0x1c, ...meta, 0x26, ...varint(8), 0, 0];
  const footer = Uint8Array.from([0x15, 2, 0x19, 0x0c, ...int(rows), 0x19, 0x1c, 0x19, 0x1c, ...chunk, 0, 0]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(footer.length);
  tail.write('PAR1', 4);
  return Buffer.concat([text('PAR1'), pages, footer, tail]);
}

/** An Arrow stream whose batch says that it is of so many bytes. */
function arrowStream(body: bigint): Uint8Array {
  const bytes = tableToIPC(tableFromArrays({ a: Float64Array.of(1, 2) }), { format: 'stream' }) as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const schema = 8 + view.getInt32(4, true);
  const start = schema + 8;
  const root = start + view.getUint32(start, true);
  const fields = root - view.getInt32(root, true);
  view.setBigInt64(root + view.getUint16(fields + 4 + 2 * 3, true), body, true);
  return bytes;
}

const lines = text('ts,x\n' + '1709908200000,1.5\n'.repeat(400_000));
const manyLines = () => Buffer.concat(Array.from({ length: 24 }, () => gzipSync(lines, { level: 9 })));
const newLines = Array.from({ length: 40_000 }, () => [10, 128 << 10] as const);

/** What a bomb is called, its bytes, and what is said of it. */
const BOMBS: readonly (readonly [name: string, make: () => Uint8Array, message: RegExp])[] = [
  ['rows.csv.gz', manyLines, /MR3701 'rows\.csv\.gz' unpacks to more than 200 times/],
  ['line.csv.gz', () => gzipSync(new Uint8Array(256 * MEGABYTE).fill(97)), /MR3105|MR3701/],
  ['quote.csv.gz', () => gzipSync(text(`"a\n${'b'.repeat(64 * MEGABYTE)}`)), /MR3105|MR3701/],
  ['blank.ndjson.zst', () => zstdFrame([text('{"a":1}\n'), ...newLines]), /MR3701/],
  [
    'window.csv.zst',
    () => zstdFrame([text('a\n1\n')], 0xa8),
    /MR3702 .*window of 2048 MB, and 64 MB are given/,
  ],
  [
    'second.csv.zst',
    () => Buffer.concat([zstdFrame([text('a\n1\n')]), zstdFrame([[10, 128 << 10]], 0xa0)]),
    /MR3702 .*window of 1024 MB/,
  ],
  ['one.zip', () => zipOf([['a.csv', Buffer.alloc(128 * MEGABYTE, '1,2\n')]]), /MR3701 'one\.zip'/],
  [
    'many.zip',
    () => zipOf(Array.from({ length: 40 }, (_, i) => [`${i}.csv`, Buffer.alloc(MEGABYTE, '1,2\n')])),
    /MR3701 'many\.zip'/,
  ],
  ['batch.arrows', () => arrowStream(4n << 30n), /MR3207 .*ends in the middle of a batch/],
  ['batch.arrows.gz', () => gzipSync(arrowStream(4n << 30n)), /MR3207/],
  ['page.parquet', () => parquet(page(2 ** 31 - 1, 100)), /MR3205|MR3716/],
  [
    'long.parquet',
    () => parquet(Buffer.concat([page(2 ** 31 - 1, 0)])),
    /MR3716 a page of .* 2048 MB, and 64/,
  ],
  ['rows.parquet', () => parquet(page(10, 0), { rows: 1e15 }), /MR3701/],
  ['dense.parquet', () => parquet(page(10, 0), { unpacked: 4e15 }), /MR3701/],
];

it.each(BOMBS)('%s is refused at once', async (name, make, message) => {
  await writeFile(join(folder, name), make());
  const before = process.memoryUsage.rss();
  const peak = process.resourceUsage().maxRSS * 1024;
  const start = process.cpuUsage();
  await expect(readAll(name)).rejects.toThrow(message);
  // What it costs, however busy the machine is.
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(1000);
  // The greatest size that the process has had tells of this reading where it has grown.
  const after = process.resourceUsage().maxRSS * 1024;
  expect(after > peak ? after - before : process.memoryUsage.rss() - before).toBeLessThan(128 * MEGABYTE);
});

async function readAll(name: string): Promise<number> {
  const source = await fileConnector.open(sourceRequest({ path: name }), realWorld(folder));
  const reader = source.read();
  let rows = 0;
  for (let batch = await reader.next(8192); batch !== null; batch = await reader.next(8192))
    rows += batch.length;
  return rows;
}

it('reads what is dense where that is meant', async () => {
  await writeFile(join(folder, 'meant.csv.gz'), manyLines().subarray(0));
  const request = sourceRequest({ path: 'meant.csv.gz', maxRatio: 2000 });
  const reader = (await fileConnector.open(request, realWorld(folder))).read();
  expect((await reader.next(10))?.length).toBe(10);
  await reader.close();
});
