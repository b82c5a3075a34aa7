import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeltaReader, joinedBytes } from './delta.js';

const seed = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.MILLRACE_RUNS ?? 200);
/** Readers look at whole words, a little behind the end. */
const SLACK = 16;

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

const zigzag = (value: bigint) => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));

/** Values as the format has them: differences that go round at so many bits. */
function written(values: readonly bigint[], bits: 32 | 64, parts: number, partRows: number): number[] {
  const wrapped = (value: bigint) => BigInt.asIntN(bits, value);
  const bytes = [
    ...varint(BigInt(parts * partRows)),
    ...varint(BigInt(parts)),
    ...varint(BigInt(values.length)),
    ...zigzag(values[0] ?? 0n),
  ];
  const differences = values.slice(1).map((value, i) => wrapped(value - values[i]));
  for (let from = 0; from < differences.length; from += parts * partRows) {
    const block = differences.slice(from, from + parts * partRows);
    const least = block.reduce((a, b) => (b < a ? b : a));
    bytes.push(...zigzag(least));
    const each = Array.from({ length: parts }, (_, k) =>
      block
        .slice(k * partRows, (k + 1) * partRows)
        .map(difference => BigInt.asUintN(bits, difference - least)),
    );
    const widths = each.map(part =>
      part.reduce((most, value) => Math.max(most, value.toString(2).length), 0),
    );
    bytes.push(...widths.map((width, k) => (each[k].every(value => value === 0n) ? 0 : width)));
    each.forEach((part, k) => {
      if (part.length === 0 || part.every(value => value === 0n)) return;
      let packed = 0n;
      part.forEach((value, i) => (packed |= value << BigInt(i * widths[k])));
      for (let i = 0; i < (partRows * widths[k]) / 8; i++)
        bytes.push(Number((packed >> BigInt(8 * i)) & 255n));
    });
  }
  return bytes;
}

/** All values, read so many at a time. */
function read(bytes: readonly number[], bits: 32 | 64, count: number, step: number): bigint[] {
  const memory = Uint8Array.from([...bytes, ...new Uint8Array(SLACK).fill(255)]);
  const reader = new DeltaReader(memory, 0, bytes.length, bits);
  const all: bigint[] = [];
  for (let done = 0; done < count; done += step) {
    const length = Math.min(step, count - done);
    const words = new Int32Array((length * bits) / 32);
    reader.read(words, length);
    all.push(...(bits === 32 ? Array.from(words, BigInt) : new BigInt64Array(words.buffer)));
  }
  return all;
}

const value = fc.oneof(
  fc.bigInt({ min: -50n, max: 50n }),
  fc.bigInt({ min: 1_709_908_200_000_000n, max: 1_709_908_200_900_000n }),
  fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 31n - 1n, -(2n ** 31n)),
);
const column = fc.oneof(
  fc.array(value, { minLength: 1, maxLength: 400 }),
  // Steps of one size, as times have them, from anywhere.
  fc
    .record({ from: value, steps: fc.array(fc.nat(9_999_999), { minLength: 1, maxLength: 400 }) })
    .map(({ from, steps }) => steps.map((step, i) => from + BigInt(i * 1000 + step))),
);

it('reads the differences that were written, at any width and in any pieces, and where the bytes end behind them', () => {
  fc.assert(
    fc.property(
      column,
      fc.constantFrom(32, 64),
      fc.constantFrom([4, 32], [1, 128], [2, 64], [8, 32]),
      fc.integer({ min: 1, max: 200 }),
      (values, bits, [parts, partRows], step) => {
        const fitting = values.map(each => BigInt.asIntN(bits as 32, each));
        const bytes = written(fitting, bits as 32, parts, partRows);
        expect(read(bytes, bits as 32, fitting.length, step)).toEqual(fitting);
        const more = Uint8Array.from([...bytes, 7, 7, ...new Uint8Array(SLACK)]);
        expect(new DeltaReader(more, 0, bytes.length + 2, bits as 32).passAll()).toBe(bytes.length);
      },
    ),
    { seed, numRuns },
  );
});

it('gives what bytes that were changed say, or refuses them', () => {
  const bytes = fc.array(fc.nat(255), { maxLength: 60 });
  const changes = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(bytes, changes, fc.boolean(), (noise, changed, isNoise) => {
      const good = written(
        Array.from({ length: 99 }, (_, i) => BigInt(i * i)),
        64,
        4,
        32,
      );
      const bad = isNoise ? noise : good;
      for (const [at, byte] of changed) if (at < bad.length) bad[at] = byte;
      try {
        expect(read(bad, 64, 99, 99).length).toBe(99);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { seed, numRuns },
  );
});

it('does not make room for a block that has more values than writers make', () => {
  const head = [...varint(2n ** 30n), 1, ...varint(2n ** 40n), 0, 0, 0];
  expect(() => read(head, 64, 10, 10)).toThrow(RangeError);
});

it('has as many values as a page says, though its bytes are few', () => {
  const many = [...varint(2n ** 20n), 1, ...varint(2n ** 20n), 0, ...zigzag(3n), 0];
  expect(read(many, 64, 2 ** 20, 8192).at(-1)).toBe(3n * (2n ** 20n - 1n));
  expect(() => read(many, 64, 2 ** 20 + 1, 2 ** 20 + 1)).toThrow(RangeError);
});

it('joins bytes that lie apart', () => {
  expect([...joinedBytes(Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 9), 1, 7, 2)]).toEqual([1, 4, 2, 5, 3, 6]);
});
