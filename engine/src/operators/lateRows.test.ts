import { expect, it } from 'vitest';
import type { Batch } from '../columns/batch.js';
import { timestampType } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import { LateRowsOperator } from './lateRows.js';

const schema = { fields: [{ name: 'ts', type: timestampType('us'), nullable: false }] };
const batchOf = (times: readonly number[], marks: readonly number[]): Batch => ({
  schema,
  length: times.length,
  columns: [columnOf(schema.fields[0].type, times.map(BigInt))],
  kinds: null,
  marks: Float64Array.from(marks),
  watermark: marks[marks.length - 1],
});

it('gives late rows under the watermark that they came after, for any cutting', () => {
  const window = { kind: 'sliced', sizeUs: 10, slideUs: 10, sliceUs: 10, offsetUs: 0 } as const;
  /** The watermark before each row. */
  const before = (...batches: readonly Batch[]): number[] => {
    const operator = new LateRowsOperator({
      input: schema,
      time: { column: 'ts', unit: 'us' },
      window,
      allowedLatenessUs: 0,
    });
    let mark = -Infinity;
    const seen: number[] = [];
    for (const batch of batches) {
      operator.process(0, batch, ({ length, marks, watermark }) => {
        for (let row = 0; row < length; row++) {
          seen.push(mark);
          mark = Math.max(mark, marks?.[row] ?? mark);
        }
        mark = Math.max(mark, watermark);
      });
    }
    return seen;
  };
  expect(before(batchOf([25, 1, 30, 2], [25, 25, 30, 30]))).toEqual([25, 30]);
  expect(before(batchOf([25], [25]), batchOf([1, 30], [25, 30]), batchOf([2], [30]))).toEqual([25, 30]);
});
