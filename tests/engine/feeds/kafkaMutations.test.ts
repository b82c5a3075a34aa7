import { gzipSync } from 'node:zlib';
import { zstdRawFrame } from '../../support/zstdRaw.js';
import { describe, expect, test } from 'vitest';
import { checkAnswer } from '../../../engine/src/node/kafka/answerChecks.js';
import { DamagedBatches } from '../../../engine/src/node/kafka/damagedBatches.js';
import { readFetch } from '../../../engine/src/node/kafka/fetchAnswer.js';
import type { FetchTaker } from '../../../engine/src/node/kafka/fetchAnswer.js';
import { FrameScreen } from '../../../engine/src/node/kafka/frameScreen.js';
import { unpackRecords } from '../../../engine/src/node/kafka/recordUnpack.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import {
  fetchAnswer,
  forgedBatch,
  madeBatch,
  readerOf,
  sealed,
  TOPIC_ID,
} from '../../support/fetchAnswers.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 11);
const ANSWERS = 40 * Number(process.env.MILLRACE_RUNS ?? 200);
const MOST_GROWTH = 160 << 20;
const CODECS = ['none', 'gzip', 'snappy', 'lz4'] as const;

/** Reads a topic as a connection does: what cannot be read is asked for again, from where the last answer ended. */
class Reading {
  next = 0n;
  readonly taken = new Map<bigint, string>();
  readonly rejects: string[] = [];
  readonly lost: string[] = [];
  twice = 0;
  readonly #damaged = new DamagedBatches(reason => this.rejects.push(reason));
  readonly #taker: FetchTaker = {
    partitions: () => undefined,
    isAssignable: () => true,
    isTopic: id => id === TOPIC_ID,
    wanted: partition => (partition === 0 ? this.next : undefined),
    record: ({ partition, offset, value }) => {
      this.#damaged.passed(partition);
      if (this.taken.has(offset)) this.twice++;
      this.taken.set(offset, Buffer.from(value ?? []).toString('latin1'));
    },
    damaged: (...args) => this.#damaged.skip(...args),
  };

  read(answer: Buffer): void {
    try {
      const { responses } = readFetch(17, readerOf(answer), this.#taker);
      for (const { partitions } of responses)
        for (const { records } of partitions)
          for (const { firstOffset, lastOffsetDelta } of records ?? [])
            this.next = firstOffset + BigInt(lastOffsetDelta) + 1n;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.lost.push(error.message);
    }
  }

  /** Offsets of which a reject says that they are not there. */
  rejected(): bigint[] {
    return this.rejects.flatMap(reason => {
      const [, from, to] = /offsets (\d+) to (\d+)/.exec(reason)!;
      return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => BigInt(from) + BigInt(i));
    });
  }
}

const valueOf = (offset: number) => `value ${offset} ${'x'.repeat(offset % 40)}`;
function topic(random: () => number): { batches: Buffer[]; end: number } {
  const batches: Buffer[] = [];
  let end = 0;
  for (let i = 0; i < 6; i++) {
    const count = 1 + Math.floor(random() * 8);
    const records = Array.from({ length: count }, (_, k) => ({
      key: random() < 0.3 ? undefined : Buffer.from(`k${k}`),
      value: Buffer.from(valueOf(end + k)),
    }));
    batches.push(madeBatch(BigInt(end), records, CODECS[Math.floor(random() * CODECS.length)]));
    end += count;
  }
  return { batches, end };
}

/** Changes bytes: a bit, a run of them, a cut, a length. Those that say where a batch begins are left, since no checksum covers them. */
function mutated(answer: Buffer, random: () => number, isFixed: (at: number) => boolean): Buffer {
  let bytes = Buffer.from(answer);
  const times = 1 + Math.floor(random() * 3);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.15) bytes = bytes.subarray(0, at);
    else if (kind < 0.25 && !isFixed(at))
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    else if (kind < 0.4) {
      for (let k = at; k < Math.min(bytes.length, at + 4); k++)
        if (!isFixed(k)) bytes[k] = random() < 0.5 ? 0xff : 0x7f;
    } else if (!isFixed(at)) bytes[at] ^= 1 << Math.floor(random() * 8);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

describe('answers of a broker that are changed on their way', () => {
  test(`${ANSWERS} of them lose nothing, repeat nothing and change nothing`, () => {
    const random = seededRandom(SEED);
    let answers = 0;
    let renewed = 0;
    let rejects = 0;
    while (answers < ANSWERS) {
      const { batches, end } = topic(random);
      const reading = new Reading();
      const starts = batches.map((_, i) => batches.slice(0, i).reduce((sum, each) => sum + each.length, 0));
      for (let rounds = 0; reading.next < BigInt(end); rounds++) {
        if (rounds > 400) throw new Error(`seed ${SEED}: it stands still at ${reading.next} of ${end}`);
        const first = batches.findIndex(
          batch => batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(23)) >= reading.next,
        );
        const from = starts[first];
        const answer = fetchAnswer(Buffer.concat(batches.slice(first)), BigInt(end));
        const base = answer.length - 3 - (starts.at(-1)! + batches.at(-1)!.length - from);
        // Where a batch begins, and where the partition ends, nobody can check.
        const isFixed = (at: number) =>
          (at >= base - 40 && at < base) ||
          starts.some(start => start >= from && at >= base + start - from && at < base + start - from + 8);
        answers++;
        reading.read(random() < 0.8 ? mutated(answer, random, isFixed) : answer);
      }
      const all = [...reading.taken.keys(), ...reading.rejected()].sort((a, b) => Number(a - b));
      expect(reading.twice).toBe(0);
      expect([...new Set(all)].filter(offset => offset < BigInt(end))).toEqual(
        Array.from({ length: end }, (_, i) => BigInt(i)),
      );
      for (const [offset, value] of reading.taken) expect(value).toBe(valueOf(Number(offset)));
      renewed += reading.lost.length;
      rejects += reading.rejects.length;
      expect(reading.lost.every(reason => reason.length > 10)).toBe(true);
    }
    expect(renewed).toBeGreaterThan(ANSWERS / 10);
    expect(rejects).toBeGreaterThan(0);
  });

  test('bytes that are anything at all end in a reason, and in no more', () => {
    const random = seededRandom(SEED + 1);
    for (let i = 0; i < ANSWERS / 10; i++) {
      const reading = new Reading();
      const { batches, end } = topic(random);
      const answer = fetchAnswer(Buffer.concat(batches), BigInt(end));
      for (let k = 0; k < 30; k++) answer[Math.floor(random() * answer.length)] = Math.floor(random() * 256);
      reading.read(answer);
      // Checksums that are right over records that are not.
      const forged = sealed(
        madeBatch(0n, [
          { key: undefined, value: Buffer.from('a') },
          { key: undefined, value: Buffer.from('b') },
        ]),
      );
      for (let k = 0; k < 3; k++)
        forged[21 + Math.floor(random() * (forged.length - 21))] = Math.floor(random() * 256);
      reading.next = 0n;
      reading.read(fetchAnswer(sealed(forged), 2n));
      expect(reading.taken.size).toBeLessThan(100);
    }
  });
});

describe('batches that are bombs', () => {
  /** By how much the process grows at most while something happens. */
  const grown = (work: () => void): number => {
    const before = process.memoryUsage().rss;
    work();
    return process.memoryUsage().rss - before;
  };

  test('that say they have two billion records, or records of two gigabytes, are rejects', () => {
    const reading = new Reading();
    const growth = grown(() => {
      reading.read(fetchAnswer(forgedBatch(0n, Buffer.alloc(100), { count: 0x7fffffff }), 100n));
      reading.read(
        fetchAnswer(forgedBatch(1n, Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0]), {}), 100n),
      );
      // A record whose key has a length that leads back.
      reading.read(fetchAnswer(forgedBatch(2n, Buffer.from([14, 0, 0, 0, 9, 1, 1, 0]), {}), 100n));
    });
    expect(reading.rejects.map(reason => reason.replace(/ \(.*/, ''))).toEqual([
      'a batch that says it has 2147483647 records',
      'a record that is cut',
      'a record that is cut',
    ]);
    expect(growth).toBeLessThan(64 << 20);
  });

  test.each([
    ['gzip', 1, () => gzipSync(Buffer.alloc(300 << 20))],
    ['snappy', 2, () => Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(4000)])],
    ['lz4', 3, () => lz4Bomb(300 << 20)],
    ['zstd', 4, () => zstdRawFrame(300 << 20)],
  ] as const)('of %s are stopped', (_name, codec, bomb) => {
    const packed = bomb();
    expect(packed.length).toBeLessThan(2 << 20);
    const reading = new Reading();
    const began = performance.now();
    const growth = grown(() => reading.read(fetchAnswer(forgedBatch(0n, packed, { codec }), 100n)));
    expect(reading.rejects.length).toBe(1);
    expect(reading.rejects[0]).toMatch(/cannot be unpacked/);
    expect(reading.next).toBe(1n);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  test('an answer that announces two gigabytes is refused before any of it is kept', () => {
    const announced = Buffer.alloc(8);
    announced.writeInt32BE(0x7fffffff, 0);
    expect(() => [...new FrameScreen().add(announced)]).toThrow('2147483647 bytes');
    announced.writeInt32BE(-5, 0);
    expect(() => [...new FrameScreen().add(announced)]).toThrow('-5 bytes');
  });

  test('answers are cut out of whatever pieces they come in', () => {
    const random = seededRandom(SEED + 2);
    const frames = Array.from({ length: 200 }, () => {
      const frame = Buffer.alloc(8 + Math.floor(random() * 300), Math.floor(random() * 256));
      frame.writeInt32BE(frame.length - 4, 0);
      return frame;
    });
    const all = Buffer.concat(frames);
    const screen = new FrameScreen();
    const out: Buffer[] = [];
    for (let at = 0; at < all.length;) {
      const length = 1 + Math.floor(random() * 500);
      for (const frame of screen.add(all.subarray(at, at + length))) out.push(Buffer.from(frame));
      at += length;
    }
    expect(out.map(frame => frame.toString('hex'))).toEqual(frames.map(frame => frame.toString('hex')));
  });
});

describe('answers about topics and groups', () => {
  const taker = {
    isAssignable: (topic: string, partition: number) => topic === 't' && partition < 2,
  } as FetchTaker;
  const assigned = (topic: string, ...partitions: number[]) => {
    const bytes = Buffer.alloc(2 + 4 + 2 + topic.length + 4 + 4 * partitions.length + 4);
    bytes.writeInt32BE(1, 2);
    bytes.writeInt16BE(topic.length, 6);
    bytes.write(topic, 8);
    bytes.writeInt32BE(partitions.length, 8 + topic.length);
    partitions.forEach((partition, i) => bytes.writeInt32BE(partition, 12 + topic.length + 4 * i));
    return bytes;
  };
  const metadata = (...indexes: number[]) => ({
    topics: [{ name: 't', partitions: indexes.map(partitionIndex => ({ partitionIndex })) }],
  });

  test('that lead to partitions which there are not, or to anywhere else, are refused', () => {
    expect(() => checkAnswer(14, { assignment: assigned('t', 0, 1) }, taker)).not.toThrow();
    expect(() => checkAnswer(14, { assignment: assigned('t', 2) }, taker)).toThrow(/there is not/);
    expect(() => checkAnswer(14, { assignment: assigned('other', 0) }, taker)).toThrow(/there is not/);
    const back = assigned('t', 0);
    back.writeInt16BE(-7, 6);
    expect(() => checkAnswer(14, { assignment: back }, taker)).toThrow();
    const many = assigned('t', 0);
    many.writeInt32BE(0x7fffffff, 2);
    expect(() => checkAnswer(14, { assignment: many }, taker)).toThrow();
    const subscription = Buffer.from([0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xf0, 0, 0]);
    expect(() => checkAnswer(11, { members: [{ metadata: subscription }] }, taker)).toThrow();
    const known = { ...taker, partitions: () => undefined } as FetchTaker;
    expect(() => checkAnswer(3, metadata(1, 0, 2), known)).not.toThrow();
    expect(() => checkAnswer(3, metadata(0, 2), known)).toThrow(/cannot be/);
    expect(() => checkAnswer(3, metadata(0, 0), known)).toThrow(/cannot be/);
    expect(() => checkAnswer(3, metadata(-1, 0), known)).toThrow(/cannot be/);
  });
});

test("Java's way to write snappy, in blocks, is read", () => {
  const block = Buffer.from([5, 4 << 2, 104, 101, 108, 108, 111]);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.from([0, 0, 0, block.length]);
  const packed = Buffer.concat([head, length, block, length, block]);
  expect(Buffer.from(unpackRecords(2, packed, 100)).toString()).toBe('hellohello');
  expect(() => unpackRecords(2, packed, 5)).toThrow(RangeError);
});

/** A frame of LZ4 whose one block repeats a byte. */
function lz4Bomb(bytes: number): Buffer {
  const lengths = Buffer.alloc(Math.floor(bytes / 255), 0xff);
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), lengths, Buffer.from([1, 0x50, 1, 2, 3, 4, 5])]);
  const frame = Buffer.alloc(7 + 4 + block.length + 4);
  frame.writeUInt32LE(0x184d2204, 0);
  frame[4] = 0x60;
  frame[5] = 0x70;
  frame.writeUInt32LE(block.length, 7);
  block.copy(frame, 11);
  return frame;
}
