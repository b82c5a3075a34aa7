import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../columns/builder.js';
import { decimalType } from '../../columns/types.js';
import { parquetType } from './columnType.js';
import type { ParquetType } from './columnType.js';
import { deltaValues, plainValues, splitValues } from './pageValues.js';

const MEGABYTE = 1 << 20;

/** A column of decimals in so many bytes each. */
function decimals(width: number): ParquetType {
  const element = { name: 'd', physical: 7, width, nullable: false, converted: 5, scale: 0, precision: 18 };
  return parquetType({ ...element, logical: null }, undefined)!;
}

/** Integers with their highest byte first. */
function bytesOf(values: readonly bigint[], width: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    values.flatMap(value =>
      Array.from({ length: width }, (_, k) => Number((value >> BigInt(8 * (width - 1 - k))) & 255n)),
    ),
  );
}

describe('decimals of a fixed width', () => {
  it.each([1, 2, 3, 7, 8, 16, 17, 32])('%i are what their bytes say, wherever reading begins', width => {
    const count = 20_000;
    const most = 1n << BigInt(Math.min(8 * width - 1, 50));
    const values = Array.from({ length: count }, (_, i) => (BigInt(i * 7919) % (2n * most)) - most);
    const bytes = bytesOf(values, width);
    const of = decimals(width);
    const column = new ColumnBuilder(decimalType(18, 0), count);
    const read = plainValues(of, bytes, 0, bytes.length);
    read.skip(9000);
    read.read(count - 9000, column, 0);
    expect([...column.floats.subarray(0, count - 9000)]).toEqual(values.slice(9000).map(Number));
    expect(() => read.skip(1)).toThrow(RangeError);
    // The same with their first bytes beside each other.
    const split = Uint8Array.from({ length: bytes.length }, (_, at) => {
      const [k, i] = [Math.floor(at / count), at % count];
      return bytes[i * width + k];
    });
    splitValues(of, split, 0, split.length).read(count, column, 0);
    expect([...column.floats.subarray(0, count)]).toEqual(values.map(Number));
  });

  it('of one byte take no room before they are read, and little then', () => {
    const bytes = new Uint8Array(32 * MEGABYTE).fill(255);
    const column = new ColumnBuilder(decimalType(18, 0), 8192);
    const before = process.memoryUsage().arrayBuffers;
    const values = plainValues(decimals(1), bytes, 0, bytes.length);
    values.skip(bytes.length - 8192);
    values.read(8192, column, 0);
    expect(column.floats[8191]).toBe(-1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MEGABYTE);
  });
});

it('differences of nothing are those of a page that has only NULLs', () => {
  const element = { name: 'n', physical: 2, width: 0, nullable: true, converted: null, scale: 0 };
  const of = parquetType({ ...element, precision: 0, logical: null }, undefined)!;
  expect(() => deltaValues(of, new Uint8Array(16), 8, 8).skip(0)).not.toThrow();
  expect(() => deltaValues(of, new Uint8Array(16), 8, 8).skip(1)).toThrow(RangeError);
});
