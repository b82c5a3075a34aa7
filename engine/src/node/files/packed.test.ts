import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedZstd, zipOf, zstdFrame } from '../../../../tests/support/packedFiles.js';
import { sourceRequest, sourceRows } from '../../../../tests/support/sourceRows.js';
import { ZSTD_CSV } from '../../../../tests/support/zstdFile.js';
import { chunksOf, memoryInput } from '../../sources/bytes.js';
import { fileConnector } from '../sources/file.js';
import { realWorld } from '../world.js';
import { compressionOf, unpackedInput } from './compression.js';
import { UnpackLimit } from './unpackLimit.js';
import { ZstdFrames } from './zstdFrames.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);
const bytes = (text: string) => new TextEncoder().encode(text);
const START = 1709908200000;
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${START + from + i},S${(from + i) % 3},${(from + i) / 4}\n`,
  ).join('');
const TEXT = `ts,s,x\n${lines(0, 3000)}`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-packed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(name: string, content: Uint8Array | string, options: Record<string, unknown> = {}) {
  await writeFile(join(folder, name), content);
  return fileConnector.open(sourceRequest({ path: name, ...options }, { time: 'ts' }), realWorld(folder));
}

async function countOf(name: string, content: Uint8Array | string, options: Record<string, unknown> = {}) {
  const { rows, counters } = await sourceRows(await open(name, content, options));
  expect(counters.rejected).toBe(0);
  expect(rows.every((row, i) => row[0] === BigInt(START + i))).toBe(true);
  return rows.length;
}

describe('how a file is compressed', () => {
  it('is seen from its bytes, whatever its name says', async () => {
    expect(await countOf('plain.csv', TEXT)).toBe(3000);
    expect(await countOf('plain.csv.gz', TEXT)).toBe(3000);
    expect(await countOf('gzip.csv', gzipSync(TEXT))).toBe(3000);
    expect(await countOf('gzip.csv.zst', gzipSync(TEXT))).toBe(3000);
    expect(await countOf('zstd.tsv', ZSTD_CSV)).toBe(3000);
    expect(await countOf('zip.csv', zipOf([['a.csv', bytes(TEXT)]]))).toBe(3000);
    await expect(open('rows.gz', gzipSync(TEXT))).rejects.toThrow(/MR3204.*'rows\.gz' names no format/);
    expect(await countOf('rows.gz', gzipSync(TEXT), { format: 'csv' })).toBe(3000);
    expect(compressionOf(bytes('a'))).toBeNull();
  });

  it('may be several gzip members, or zstd frames, one behind the other', async () => {
    const cut = TEXT.length >> 1;
    const members = [TEXT.slice(0, cut), TEXT.slice(cut), ''].map(part => gzipSync(part));
    expect(await countOf('members.csv.gz', Buffer.concat(members))).toBe(3000);
    const skipped = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const frames = [
      skipped,
      storedZstd(bytes(TEXT.slice(0, cut))),
      skipped,
      storedZstd(bytes(TEXT.slice(cut))),
    ];
    expect(await countOf('frames.csv.zst', Buffer.concat(frames))).toBe(3000);
  });

  it('makes no difference to a reading that is begun again, or closed in the middle', async () => {
    for (const [name, content] of [
      ['again.csv.gz', gzipSync(TEXT)],
      ['again.csv.zst', ZSTD_CSV],
    ] as const) {
      const source = await open(name, content);
      const first = source.read();
      const second = source.read();
      expect((await first.next(100))?.length).toBe(100);
      expect((await second.next(10))?.length).toBe(10);
      await first.close();
      expect(await first.next(10)).toBeNull();
      await second.close();
      expect((await sourceRows(source, 7)).rows.length).toBe(3000);
    }
  });
});

describe('a compressed file that is damaged', () => {
  const FILES = [
    ['a.csv.gz', gzipSync(TEXT)],
    ['a.csv.zst', ZSTD_CSV],
    ['a.zip', zipOf([['a.csv', bytes(TEXT)]])],
  ] as const;

  it.each(FILES)('%s says so where it is cut off', async (name, content) => {
    for (const part of [0.3, 0.7, 0.95]) {
      const cut = content.subarray(0, Math.floor(content.length * part));
      await expect(open(name, cut).then(source => sourceRows(source))).rejects.toThrow(
        /MR3702 '?.*a\.(csv|zip).* cannot be unpacked/,
      );
    }
  });

  it.each(FILES)('%s never fails in any other way, whatever byte is another one', async (name, content) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const other = Uint8Array.from(content);
        other[at] ^= change;
        try {
          const source = await open(name, other);
          await sourceRows(source);
        } catch (error) {
          expect(String(error)).toMatch(/MR3[1-7]\d\d /);
        }
      }),
      { numRuns: runs, seed },
    );
  });

  it('a member of an archive is checked at its end', async () => {
    const archive = Buffer.from(zipOf([['a.csv', bytes(TEXT)]]));
    const at = archive.lastIndexOf('PK\x01\x02');
    archive[at + 16] ^= 1;
    await expect(open('crc.zip', archive).then(source => sourceRows(source))).rejects.toThrow(
      /MR3702 ''?a\.csv' in 'crc\.zip' cannot be unpacked: its checksum is another one/,
    );
  });
});

describe('an archive', () => {
  const ARCHIVE = zipOf([
    ['2024/b.csv', bytes(`ts,s,x\n${lines(1000, 2000)}`)],
    ['2024/a.csv', bytes(`ts,s,x\n${lines(0, 1000)}`)],
    ['2023/c.csv', bytes(`ts,s,x\n${lines(2000, 3000)}`)],
    ['README', bytes('see there')],
  ]);

  it('has its members read as one, in the order of time', async () => {
    expect(await countOf('all.zip', ARCHIVE)).toBe(3000);
    expect(await countOf('all.zip', ARCHIVE, { member: '2024/*' })).toBe(2000);
    expect(await countOf('all.zip', ARCHIVE, { member: '2024/a.csv' })).toBe(1000);
    expect(await countOf('stored.zip', zipOf([['a.csv', bytes(TEXT)]], 0))).toBe(3000);
  });

  it('says what it has where nothing is found in it', async () => {
    await expect(open('all.zip', ARCHIVE, { member: 'a.csv' })).rejects.toThrow(
      /MR3711 nothing in 'all\.zip' matches 'a\.csv'.*It has '2024\/b\.csv', '2024\/a\.csv'/,
    );
    await expect(open('none.zip', zipOf([['README', bytes('x')]]))).rejects.toThrow(/MR3711.*no|nothing/);
    await expect(open('p.zip', zipOf([['a.parquet', bytes('x')]]))).rejects.toThrow(/MR3703.*Parquet/);
    const locked = Buffer.from(zipOf([['a.csv', bytes(TEXT)]]));
    locked[locked.lastIndexOf('PK\x01\x02') + 8] |= 1;
    await expect(open('locked.zip', locked)).rejects.toThrow(/MR3703 .*encrypted/);
  });
});

describe('the frames of zstd', () => {
  it('are followed wherever the bytes are cut', () => {
    const whole = Buffer.concat([ZSTD_CSV, zstdFrame([bytes('a'), [98, 1000], bytes('')]), ZSTD_CSV]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 20 }), cuts => {
        const frames = new ZstdFrames();
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        places.slice(1).forEach((to, i) => frames.add(whole.subarray(places[i], to)));
        expect(frames.isWhole).toBe(true);
      }),
      { numRuns: runs, seed },
    );
  });

  it('are unpacked to what was packed', async () => {
    const input = unpackedInput(memoryInput(ZSTD_CSV, 'it', 1000), 'zstd', () => new UnpackLimit('it'));
    const parts: Uint8Array[] = [];
    for await (const part of chunksOf(input, 777)) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe(TEXT);
  });
});
