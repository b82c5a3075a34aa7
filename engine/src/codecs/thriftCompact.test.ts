import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardParquet } from '../node/sources/parquetGuard.js';
import { memoryInput } from '../sources/bytes.js';
import { readThriftStruct } from './thriftCompact.js';
import type { ThriftFields, ThriftStruct, ThriftValue } from './thriftCompact.js';

const seed = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env.MILLRACE_RUNS ?? 200);
const MEGABYTE = 1 << 20;

type Written = number | boolean | Uint8Array | readonly Written[] | { readonly fields: readonly Written[] };

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}

function typeOf(value: Written): number {
  if (typeof value === 'boolean') return value ? 1 : 2;
  if (typeof value === 'number') return 6;
  if (value instanceof Uint8Array) return 8;
  return 'fields' in value ? 12 : 9;
}

function written(value: Written): number[] {
  if (typeof value === 'boolean') return [value ? 1 : 2];
  if (typeof value === 'number') return varint(value < 0 ? -2 * value - 1 : 2 * value);
  if (value instanceof Uint8Array) return [...varint(value.length), ...value];
  if ('fields' in value) {
    // Every second field is left out of the numbers, and some are written in full.
    const bytes = value.fields.flatMap((field, i) => {
      const head = i % 5 === 4 ? [typeOf(field), ...varint(4 * (i + 1))] : [0x20 | typeOf(field)];
      return [...head, ...(typeof field === 'boolean' ? [] : written(field))];
    });
    return [...bytes, 0];
  }
  const type = value.length === 0 ? 5 : typeOf(value[0]);
  return [0xf0 | type, ...varint(value.length), ...value.flatMap(written)];
}

/** What is read of it, with all fields or those of which `wanted` says so. */
function expected(value: Written, wanted: true | ThriftFields = true): ThriftValue {
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (!('fields' in value)) return value.map(each => expected(each, wanted));
  const all = value.fields.map((field, i) => [2 * (i + 1), field] as const);
  const chosen = all.filter(([id]) => wanted === true || wanted[id]);
  return new Map(chosen.map(([id, field]) => [id, expected(field, wanted === true || wanted[id])]));
}

const { struct } = fc.letrec<{ struct: { readonly fields: readonly Written[] }; value: Written }>(tie => ({
  struct: fc.record({ fields: fc.array(tie('value'), { maxLength: 8 }) }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.boolean(),
    fc.integer({ min: -(2 ** 30), max: 2 ** 30 }),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }),
    fc.array(tie('struct'), { maxLength: 3 }),
    tie('struct'),
  ),
}));
const { fields } = fc.letrec<{ fields: true | ThriftFields }>(tie => ({
  fields: fc.oneof(
    { maxDepth: 3 },
    fc.constant(true as const),
    fc.dictionary(fc.constantFrom('2', '4', '6', '8', '10'), tie('fields'), { noNullPrototype: true }),
  ),
}));

describe('structs of the compact protocol', () => {
  it('have what was written, of the fields that are wanted, and end where they did', () => {
    fc.assert(
      fc.property(struct, fields, (value, wanted) => {
        const bytes = Uint8Array.from([...written(value), 1, 2, 3]);
        const read = readThriftStruct(bytes, wanted as ThriftFields);
        expect(read.struct).toEqual(expected(value, wanted as ThriftFields) as ThriftStruct);
        expect(read.end).toBe(bytes.length - 3);
      }),
      { seed, numRuns },
    );
  });

  it('are read or refused, whatever is done to their bytes', () => {
    fc.assert(
      fc.property(struct, fields, fc.array(fc.tuple(fc.nat(200), fc.nat(255))), (value, wanted, changes) => {
        const bytes = Uint8Array.from(written(value));
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        try {
          expect(readThriftStruct(bytes, wanted as ThriftFields).end).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { seed, numRuns },
    );
  });
});

/** A footer whose field `id` is a list of so many items that are `item`. */
function footer(id: number, type: number, item: number, count: number): Uint8Array {
  const head = [(id << 4) | 9, 0xf0 | type, ...varint(count)];
  const bytes = new Uint8Array(head.length + count + 1).fill(item);
  bytes.set(head);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

describe('few bytes do not become much', () => {
  it.each([
    ['groups that are empty', 4, 12],
    ['columns that are empty', 2, 12],
    ['lists that are empty', 5, 9],
    ['texts that are empty', 5, 8],
    ['numbers', 5, 5],
  ])('%s', (_, id, type) => {
    const bytes = footer(id, type, 0, 16 * MEGABYTE);
    const before = process.memoryUsage().heapUsed;
    expect(() => readThriftStruct(bytes)).toThrow('next to nothing');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(512 * MEGABYTE);
    expect(readThriftStruct(bytes, { 9: true }).end).toBe(bytes.length);
  });

  it('so that a Parquet file with nothing but groups of nothing is refused', async () => {
    const said = footer(4, 12, 0, 16 * MEGABYTE);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, said.length, true);
    const mark = [80, 65, 82, 49];
    const file = Buffer.concat([Buffer.from(mark), said, Buffer.from(length.buffer), Buffer.from(mark)]);
    await expect(guardParquet(memoryInput(file, 'it'))).rejects.toThrow(
      /MR3205 it is no readable Parquet file/,
    );
  });
});
