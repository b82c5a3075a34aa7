import { describe, expect, it } from 'vitest';
import type { ViewColumn } from '@millrace/protocol';
import { rowText, valuesOf } from './askedRow.js';

const COLUMNS: readonly ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: true },
  { name: 'at', type: "timestamp('ns')", nullable: false },
  { name: 'price', type: 'decimal(6, 2)', nullable: true },
  { name: 'ratio', type: 'float64', nullable: true },
  { name: '__proto__', type: 'boolean', nullable: true },
];
const ROW = {
  id: 7,
  state: 1,
  values: ['<b>A</b>', 1_767_623_400_123_456_789n, 1250, Number.NaN, true] as const,
};

describe('a row that is asked about', () => {
  it('is named by exact values of all its columns, where it has no key', () => {
    const values = valuesOf(ROW, { columns: COLUMNS, key: [] });
    expect(Object.entries(values)).toEqual([
      ['symbol', '<b>A</b>'],
      ['at', '1767623400123456789'],
      ['price', 1250],
      ['ratio', 'NaN'],
      ['__proto__', true],
    ]);
    expect(JSON.parse(JSON.stringify(values))).toHaveProperty('ratio', 'NaN');
    for (const [value, text] of [
      [-0, '-0'],
      [Infinity, 'Infinity'],
      [-Infinity, '-Infinity'],
      [null, null],
      [0, 0],
    ] as const) {
      const row = { ...ROW, values: ['A', 1, 2, value, null] };
      expect(valuesOf(row, { columns: COLUMNS, key: [] }).ratio).toBe(text);
    }
  });

  it('is named by its key, where all of it is shown', () => {
    expect({ ...valuesOf(ROW, { columns: COLUMNS, key: ['at'] }) }).toEqual({ at: '1767623400123456789' });
    const many = valuesOf(ROW, { columns: COLUMNS, key: ['at', 'hidden'] });
    expect(Object.keys(many)).toHaveLength(COLUMNS.length);
  });

  it('is named to people shortly', () => {
    expect(rowText(ROW, { columns: COLUMNS, key: [] })).toBe(
      '<b>A</b> · 2026-01-05T14:30:00.123456789Z · 12.50',
    );
    const long = { ...ROW, values: ['x'.repeat(5000), 1, null, null, null] };
    expect(rowText(long, { columns: COLUMNS, key: ['symbol'] })).toMatch(/^x{39}…$/);
  });
});
