import { expect, it } from 'vitest';
import { columnOf } from '../columns/values.js';
import { FLOAT64, STRING, timestampType } from '../columns/types.js';
import type { Batch } from '../columns/batch.js';
import { readSnapshot, SnapshotWriter } from './snapshotFormat.js';
import { UnpivotOperator } from './unpivot.js';

const TIME = { name: 'ts', type: timestampType('us'), nullable: false };
const INPUT = {
  fields: [TIME, ...['bid', 'ask'].map(name => ({ name, type: FLOAT64, nullable: false }))],
};
const OUTPUT = {
  fields: [
    TIME,
    { name: 'side', type: STRING, nullable: false },
    { name: 'price', type: FLOAT64, nullable: false },
  ],
};
const quotes = (times: readonly bigint[], marks: readonly number[]): Batch => ({
  schema: INPUT,
  length: times.length,
  columns: [
    columnOf(TIME.type, times),
    ...['bid', 'ask'].map(() =>
      columnOf(
        FLOAT64,
        times.map(() => 1),
      ),
    ),
  ],
  kinds: null,
  marks: Float64Array.from(marks),
  watermark: marks[marks.length - 1],
});

it('gives the mark of a row to the last of the rows made of it, so that none of them comes late', () => {
  const make = () => new UnpivotOperator(INPUT, OUTPUT, ['bid', 'ask']);
  const told: number[] = [];
  const take = (batch: Batch): void => void told.push(...(batch.marks ?? []));
  // A row that was left out after the first one has moved the mark beyond its time.
  const operator = make();
  operator.process(0, quotes([1n, 9n], [7, 9]), take);
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const next = make();
  next.restore(readSnapshot(writer.encode()));
  next.process(0, quotes([12n], [12]), take);
  expect(told).toEqual([-Infinity, 7, 7, 9, 9, 12]);
});
