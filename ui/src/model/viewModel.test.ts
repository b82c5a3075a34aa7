import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ViewColumn } from '@millrace/protocol';
import { COLUMNS, delta, output, row, snapshot } from '../testing.js';
import { encodeRows } from './encodeRows.js';
import { decodeRows, type Row, type Value } from './rows.js';
import { ViewModel } from './viewModel.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 50);
const seed = process.env.MILLRACE_SEED === undefined ? undefined : Number(process.env.MILLRACE_SEED);

describe('ViewModel', () => {
  it('begins with the saved rows', () => {
    const model = new ViewModel(output([row(0, 1), row(1, null)]));
    expect(model.seq).toBe(0);
    expect(model.rows()).toEqual([row(0, 1), row(1, null)]);
  });

  it('inserts, updates in place and removes by row number', () => {
    const model = new ViewModel(output());
    model.apply(...snapshot(1, [row(0, 1), row(1, 2)]));
    const change = model.apply(...delta(2, [row(1, 5), row(2, 3)], [0]));
    expect(change).toEqual({
      reset: false,
      inserted: [row(2, 3)],
      updated: [row(1, 5)],
      removed: [row(0, 1)],
    });
    expect(model.rows()).toEqual([row(1, 5), row(2, 3)]);
    expect(model.seq).toBe(2);
  });

  it('leaves everything as it was where a frame is missing', () => {
    const model = new ViewModel(output());
    model.apply(...snapshot(1, [row(0, 1)]));
    expect(model.apply(...delta(3, [row(1, 2)]))).toBe('gap');
    expect(model.rows()).toEqual([row(0, 1)]);
    expect(model.seq).toBe(1);
  });

  it('refuses another version with a sentence', () => {
    const model = new ViewModel(output());
    const [frame, buffers] = snapshot(1, []);
    expect(() => model.apply({ ...frame, v: 9 }, buffers)).toThrow(/version 9 .* version 1/);
  });

  it('ends with the same rows as a map does, for any history', () => {
    const step = fc.record({
      upserts: fc.array(fc.tuple(fc.nat(12), fc.option(fc.double(), { nil: null })), { maxLength: 6 }),
      gone: fc.array(fc.nat(12), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        const model = new ViewModel(output());
        const expected = new Map<number, Row>();
        model.apply(...snapshot(1, []));
        steps.forEach(({ upserts, gone }, index) => {
          const rows = [...new Map(upserts.map(([id, price]) => [id, row(id, price)])).values()];
          for (const one of rows) expected.set(one.id, one);
          for (const id of gone) expected.delete(id);
          model.apply(...delta(index + 2, rows, [...new Set(gone)]));
        });
        expect(model.rows()).toEqual([...expected.values()].sort((a, b) => a.id - b.id));
      }),
      { numRuns: runs, seed },
    );
  });
});

describe('rows in Arrow', () => {
  it('come back exact: nanoseconds, wide integers, NULL, NaN, odd names', () => {
    const columns: ViewColumn[] = [
      { name: 'ns', type: "timestamp('ns')", nullable: true },
      { name: 'wide', type: 'int64', nullable: true },
      { name: '__proto__', type: 'string', nullable: true },
      { name: 'x', type: 'float64', nullable: true },
      { name: 'day', type: 'date', nullable: true },
      { name: 'ok', type: 'boolean', nullable: true },
      { name: 'price', type: 'decimal(18, 4)', nullable: true },
      { name: 'wait', type: "duration('ns')", nullable: true },
      { name: 'book', type: 'json', nullable: true },
    ];
    const values: Value[][] = [
      [
        1_767_623_400_123_456_789n,
        9_007_199_254_740_993n,
        '<b>',
        Number.NaN,
        20_458,
        true,
        -999_999_999_999_999_999n,
        -1n << 62n,
        '[1]',
      ],
      [null, null, null, null, null, null, null, null, null],
      [-1, 5, '', -0, -1, false, -12_500, 0, '""'],
    ];
    const rows = values.map((row, id) => ({ id, state: null, values: row }));
    expect(decodeRows(encodeRows(rows, columns), columns)).toEqual(rows);
  });

  it('can be read from bytes that are not aligned', () => {
    const bytes = encodeRows([row(3, 1.5)], COLUMNS);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeRows(shifted.subarray(3), COLUMNS)).toEqual([row(3, 1.5)]);
  });
});
