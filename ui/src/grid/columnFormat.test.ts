import { describe, expect, it } from 'vitest';
import type { Value } from '../model/rows.js';
import { ColumnFormat } from './columnFormat.js';

function written(type: string, ...values: Value[]): string[] {
  const format = new ColumnFormat({ name: 'c', type, nullable: true });
  for (const value of values) format.learn(value);
  return values.map(value => format.text(value));
}

describe('ColumnFormat', () => {
  it('gives numbers of a column the same decimals, and no more than are worth reading', () => {
    expect(written('float64', 190.5, 191, 190.123456789)).toEqual(['190.5000', '191.0000', '190.1235']);
    expect(written('float64', 3, 4)).toEqual(['3', '4']);
    expect(written('float64', 123456.789)).toEqual(['123,456.79']);
    expect(written('float64', 1e-9, 3e20)).toEqual(['1.0000e-9', '3.0000e+20']);
  });

  it('tells NULL, NaN, infinity and the empty string apart', () => {
    expect(written('float64', null, Number.NaN, -Infinity, 0)).toEqual(['NULL', 'NaN', '−∞', '0']);
    expect(written('string', '', null, 'NULL')).toEqual(['', 'NULL', 'NULL']);
  });

  it('writes decimals with their places, and durations in words', () => {
    expect(written('decimal(12, 4)', 12_500, -5, 12_345_678_901_234n)).toEqual([
      '1.2500',
      '-0.0005',
      '1,234,567,890.1234',
    ]);
    expect(written('decimal(18, 0)', 999_999_999_999_999_999n, null)).toEqual([
      '999,999,999,999,999,999',
      'NULL',
    ]);
    expect(written("duration('s')", 5400, -1, 0)).toEqual(['1 h 30 min', '-1 s', '0 s']);
    expect(written("duration('ns')", 1_001n)).toEqual(['1 µs 1 ns']);
  });

  it('writes integers whole, beyond 2^53 too', () => {
    expect(written('int64', 9_007_199_254_740_993n, -5)).toEqual(['9,007,199,254,740,993', '-5']);
  });

  it('writes times in UTC with as much of them as the column needs', () => {
    expect(written("timestamp('ms')", 1_767_623_400_000)).toEqual(['2026-01-05 14:30:00']);
    expect(written("timestamp('us')", 0, 1_500_000)).toEqual([
      '1970-01-01 00:00:00.000',
      '1970-01-01 00:00:01.500',
    ]);
    expect(written("timestamp('s')", 86_400)).toEqual(['1970-01-02']);
    expect(written("timestamp('ns')", 1n, -1n)).toEqual([
      '1970-01-01 00:00:00.000000001',
      '1969-12-31 23:59:59.999999999',
    ]);
    expect(written('date', 20_458)).toEqual(['2026-01-05']);
  });
});
