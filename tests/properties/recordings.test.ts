import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  CHUNK_HEAD_BYTES,
  encodeChunkHead,
  MAX_CHUNK_BYTES,
} from '../../engine/src/node/recordings/format.js';
import { INT64, STRING, timestampType } from '../../engine/src/columns/types.js';
import { recordingConnector } from '../../engine/src/node/sources/recording.js';
import { RecordingWriter } from '../../engine/src/node/recordings/recordingWriter.js';
import {
  HEADER,
  MemoryOutput,
  randomArrivals,
  readRecording,
  recorded,
  type Recorded,
} from '../support/recordings.js';
import { batchRows, fieldOf, sourceRequest, stillWorld } from '../support/sourceRows.js';
import { forRandom, type Random } from './random.js';

/** The hash as the page on recordings says it: each arrival's kind, time, length and bytes, one behind the other. */
function hashOf(arrivals: readonly Recorded[]): string {
  const hash = createHash('sha256');
  for (const { kind, atUs, text } of arrivals) {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(13);
    head.writeUInt8(['text', 'binary', 'opened', 'closed', 'lost'].indexOf(kind), 0);
    head.writeBigInt64LE(BigInt(atUs), 1);
    head.writeUInt32LE(bytes.length, 9);
    hash.update(head).update(bytes);
  }
  return hash.digest('hex');
}

const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('what was recorded is read as it came, with one hash however it was cut', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, random.below(300));
    const { bytes, hash, finished } = await recorded(arrivals, { chunkBytes: 1 + random.below(4000) });
    const read = await readRecording(bytes);
    expect(read.arrivals).toEqual(arrivals);
    expect(read.reader.damages).toEqual([]);
    expect(read.reader.isUnfinished).toBe(false);
    expect(hash).toBe(hashOf(arrivals));
    expect(read.reader.hash).toBe(hash);
    expect(read.file.header).toEqual(HEADER);
    expect(finished.messages).toBe(arrivals.filter(each => ['text', 'binary'].includes(each.kind)).length);
    const whole = await recorded(arrivals, { chunkBytes: 1 << 20 });
    expect(whole.hash).toBe(hash);
  });
});

test('a recording that was cut anywhere has all of its chunks but the last', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, 20 + random.below(200));
    const { bytes } = await recorded(arrivals, { chunkBytes: 1 + random.below(2000) });
    const { file, chunks } = await readRecording(bytes);
    const cut = file.start + random.below(bytes.length - file.start + 1);
    const part = bytes.subarray(0, cut);
    const read = await readRecording(part);
    const index = await file.index();
    // The first chunk that is not there in full, by its offset.
    const kept = index.findIndex((_, i) => (index[i + 1]?.offset ?? endOf(bytes, index[i].offset)) > cut);
    const expected = kept < 0 ? chunks.length : kept;
    expect(read.chunks).toEqual(chunks.slice(0, expected));
    expect(read.arrivals).toEqual(arrivals.slice(0, read.arrivals.length));
    expect(read.reader.damages).toEqual([]);
    expect(read.reader.hash).toBe(hashOf(read.arrivals));
  });
});

/** Where a chunk's bytes end. */
function endOf(bytes: Buffer, offset: number): number {
  return offset + CHUNK_HEAD_BYTES + bytes.readUInt32LE(offset + 16);
}

test('a byte that is another costs its chunk alone, and is told', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, 50 + random.below(200));
    const { bytes } = await recorded(arrivals, { chunkBytes: 1 + random.below(2000) });
    const { file, chunks } = await readRecording(bytes);
    const index = await file.index();
    const end = endOf(bytes, index[index.length - 1].offset);
    const at = file.start + random.below(end - file.start);
    const damaged = Buffer.from(bytes);
    damaged[at] ^= 1 + random.below(255);
    const hit = index.findLastIndex(({ offset }) => offset <= at);
    const read = await readRecording(damaged);
    expect(read.chunks).toEqual(chunks.filter(number => number !== hit));
    expect(read.reader.damaged > 0 || read.reader.isUnfinished).toBe(true);
    expect(read.reader.hash).toBe(
      hit === index.length - 1 && read.reader.damaged === 0 ? read.reader.hash : null,
    );
  });
});

test('a span of bytes that is gone or too much costs the chunks that it touches', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, 100 + random.below(200));
    const { bytes } = await recorded(arrivals, { chunkBytes: 1 + random.below(1500) });
    const { file, chunks } = await readRecording(bytes);
    const index = await file.index();
    const end = endOf(bytes, index[index.length - 1].offset);
    const at = file.start + random.below(end - file.start);
    const length = 1 + random.below(300);
    const junk = Buffer.from(Array.from({ length }, () => random.below(256)));
    const isGone = random.chance(0.5);
    const damaged = isGone
      ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
      : Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at)]);
    const to = isGone ? at + length : at;
    const whole = chunks.filter(i => {
      const from = index[i].offset;
      return to <= from || endOf(bytes, from) <= at;
    });
    const read = await readRecording(damaged);
    // What is gone may have been like what follows it, so that a chunk is whole again.
    expect(read.chunks.filter(number => whole.includes(number))).toEqual(whole);
    expect(read.chunks.length - whole.length).toBeLessThanOrEqual(1);
    const starts = index.map((_, i) => index.slice(0, i).reduce((sum, each) => sum + each.arrivals, 0));
    expect(read.arrivals).toEqual(
      read.chunks.flatMap(i => arrivals.slice(starts[i], starts[i] + index[i].arrivals)),
    );
  });
});

test('seeking by receive time finds the chunk of the first arrival that is not earlier, with and without an index', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, 1 + random.below(300));
    const { bytes } = await recorded(arrivals, { chunkBytes: 1 + random.below(2000) });
    const { file } = await readRecording(bytes);
    const index = await file.index();
    const without = bytes.subarray(0, endOf(bytes, index[index.length - 1].offset));
    const time = random.pick(arrivals).atUs + random.pick([-1, 0, 1]);
    const first = arrivals.findIndex(({ atUs }) => atUs >= time);
    for (const each of [bytes, without]) {
      const opened = (await readRecording(each)).file;
      expect(await opened.index()).toEqual(index);
      const { arrivals: found } = await readRecording(each, await opened.seek(time));
      expect(found.find(({ atUs }) => atUs >= time)).toEqual(first < 0 ? undefined : arrivals[first]);
      expect(found).toEqual(arrivals.slice(arrivals.length - found.length));
      if (first >= 0) expect(arrivals.length - found.length).toBeLessThanOrEqual(first);
    }
  });
});

test('a full disk ends the recording with a sentence, and what was kept is readable', async () => {
  await forRandom(async random => {
    const arrivals = randomArrivals(random, 50 + random.below(200));
    const whole = await recorded(arrivals, { chunkBytes: 1 + random.below(2000) });
    const { file } = await readRecording(whole.bytes);
    const output = new MemoryOutput(file.start + random.below(whole.bytes.length - file.start));
    const told: string[] = [];
    const writer = await RecordingWriter.begin(output, HEADER, stillWorld('.'), {
      chunkBytes: 1 + random.below(2000),
      failed: error => told.push(error.message),
    });
    for (const { kind, atUs, text } of arrivals) {
      writer.add(kind, atUs, Buffer.from(text));
      if (random.chance(0.1)) await tick();
    }
    const ended = await writer.finish().catch((error: unknown) => error as Error);
    const read = await readRecording(output.bytes);
    expect(read.arrivals).toEqual(arrivals.slice(0, read.arrivals.length));
    expect(read.reader.damages).toEqual([]);
    if (!(ended instanceof Error)) return;
    expect(ended.message).toContain("MR3805 the disk is full: 'memory.mrec' could not be written (ENOSPC)");
    expect(told).toEqual([ended.message]);
    expect(read.reader.hash).toBe(writer.stats.hash);
    expect(output.bytes.length).toBe(writer.stats.bytes);
  });
});

describe('hostile files', () => {
  const good = async (): Promise<Buffer> =>
    (await recorded(randomArrivals(new (await import('./random.js')).Random(1), 50))).bytes;

  test('random bytes in any place crash nothing', async () => {
    await forRandom(async random => {
      const bytes = Buffer.from(await good());
      for (let i = 0; i < 1 + random.below(20); i++) bytes[random.below(bytes.length)] = random.below(256);
      await readRecording(bytes).catch((error: { code?: string }) =>
        expect(error.code).toMatch(/^MR380[0-2]$/),
      );
    });
  });

  test('another major version is refused with a sentence', async () => {
    const bytes = await good();
    bytes.writeUInt16LE(2, 4);
    await expect(readRecording(bytes)).rejects.toThrow(
      "MR3801 'memory.mrec' is a recording of version 2, and this is Millrace for version 1. Read it with a newer Millrace.",
    );
    await expect(readRecording(Buffer.from('ts,price\n1,2\n'))).rejects.toThrow(
      "MR3800 'memory.mrec' is no recording.",
    );
  });

  test('sizes that are claimed and not there are not believed', async () => {
    const whole = await good();
    const { file } = await readRecording(whole);
    for (const [contentBytes, storedBytes, arrivals, deflated] of [
      [MAX_CHUNK_BYTES + 1, MAX_CHUNK_BYTES / 100, 5, true],
      [MAX_CHUNK_BYTES, 100, 5, true],
      [0xffff_ffff, 0xffff_ffff, 5, false],
      [1000, 1000, 1000, false],
      [1000, 1000, 0, false],
    ] as const) {
      const head = Buffer.alloc(CHUNK_HEAD_BYTES);
      const claim = { number: 0, arrivals, contentBytes, storedBytes, deflated, firstUs: 0, latestUs: 0 };
      encodeChunkHead(head, { ...claim, hash: new Uint8Array(32), storedCrc: 0 });
      const bytes = Buffer.concat([whole.subarray(0, file.start), head, whole.subarray(file.start)]);
      const read = await readRecording(bytes);
      expect(read.arrivals.length).toBe(50);
      expect(read.reader.damages).toEqual([
        { offset: file.start, reason: 'what stands between two chunks is no chunk' },
      ]);
    }
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(0x7fff_ffff, 8);
    await expect(readRecording(bytes)).rejects.toThrow('MR3802');
  });
});

test('messages that the disk is too slow for are counted, and the place is marked', async () => {
  const output = new MemoryOutput();
  const writer = await RecordingWriter.begin(output, HEADER, stillWorld('.'), {
    chunkBytes: 100,
    waitingBytes: 200,
  });
  const add = (atUs: number): void => writer.add('text', atUs, Buffer.from('{"some":"message"}'));
  for (let i = 0; i < 20; i++) add(i);
  expect(writer.stats.lost).toBe(14);
  while (writer.stats.messages < 4) await tick();
  add(20);
  const stats = await writer.finish();
  expect(stats.messages).toBe(7);
  const { arrivals } = await readRecording(output.bytes);
  expect(arrivals.filter(({ kind }) => kind === 'lost')).toEqual([{ kind: 'lost', atUs: 20, text: '14' }]);
});

/** A hash of everything that a replay gives, batch by batch of random sizes. */
async function outputHash(path: string, options: Record<string, unknown>, random: Random): Promise<string> {
  const source = await recordingConnector.open(
    sourceRequest({ path, ...options }, { time: 'ts', boundUs: 0 }),
    stillWorld('/'),
  );
  const reader = source.read();
  const hash = createHash('sha256');
  for (
    let batch = await reader.next(1 + random.below(500));
    batch !== null;
    batch = await reader.next(1 + random.below(500))
  ) {
    batchRows(batch).forEach((row, i) => hash.update(`${row.map(String).join()} ${batch.marks![i]}\n`));
  }
  await reader.close();
  return hash.digest('hex');
}

test('a replay gives the same rows with the same marks, whatever the chunks and the batches', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-replays-'));
  const path = join(folder, 'replay.mrec');
  try {
    await forRandom(async random => {
      const arrivals = Array.from({ length: 1 + random.below(300) }, (_, i): Recorded => {
        const rows = Array.from(
          { length: random.below(8) },
          () => `{"ts":${1e9 + random.below(1e6)},"id":${random.below(1e9)},"text":"${random.below(50)}"}`,
        );
        const text = random.chance(0.05)
          ? '{"ts":'
          : random.chance(0.5)
            ? `[${rows.join()}]`
            : (rows[0] ?? '[]');
        return {
          kind: random.chance(0.1) ? 'closed' : random.pick(['text', 'binary']),
          // Far from what the times are in any unit.
          atUs: 1.5e15 + i * 1000,
          text,
        };
      });
      const fields = [
        fieldOf('ts', timestampType('ms'), false),
        fieldOf('id', INT64),
        fieldOf('text', STRING),
      ];
      const hashes: string[] = [];
      for (let run = 0; run < 3; run++) {
        const { bytes } = await recorded(
          arrivals,
          { chunkBytes: 1 + random.below(5000) },
          stillWorld('.'),
          fields,
        );
        writeFileSync(path, bytes);
        hashes.push(await outputHash(path, run === 0 ? {} : { receivedAt: 'received' }, random));
      }
      expect(hashes[2]).toBe(hashes[1]);
      expect(await outputHash(path, {}, random)).toBe(hashes[0]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
