import { describe, expect, test } from 'vitest';
import { RowKind, type Batch } from '../columns/batch.js';
import { INT64, STRING, timestampType } from '../columns/types.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import type { PhysicalTable } from '../physical/physical.js';
import { MaterializedTable } from './table.js';
import { CLOSED, FINAL, OPEN, REVISED } from './windowStates.js';

const schema = {
  fields: [
    { name: 'symbol', type: STRING, nullable: false },
    { name: 'windowEnd', type: timestampType('us'), nullable: false },
    { name: 'n', type: INT64, nullable: true },
  ],
};

const PLAN: PhysicalTable = {
  schema,
  time: 'windowEnd',
  key: ['symbol', 'windowEnd'],
  retracting: true,
  window: null,
  retention: { lastUs: null, rows: null, bytes: null },
};

type Row = readonly [string, bigint, bigint | null];

function batchOf(
  rows: readonly Row[],
  kinds: readonly number[] | null,
  watermark = -Infinity,
  marks = rows.map(() => -Infinity),
): Batch {
  return {
    schema,
    length: rows.length,
    columns: schema.fields.map((field, k) =>
      columnOf(
        field.type,
        rows.map(row => row[k]),
      ),
    ),
    kinds: kinds === null ? null : Uint8Array.from(kinds),
    marks: Float64Array.from(marks),
    watermark,
  };
}

function rowsOf(table: MaterializedTable): Value[][] {
  const positions = table.positions(0, table.total);
  const columns = table.gather(positions);
  return Array.from(positions, (_, row) => columns.map(column => valueAt(column, row)));
}

const { Insert, UpdateBefore, UpdateAfter, Delete } = RowKind;

test('changes find their row by key and keep its place and number', () => {
  const table = new MaterializedTable(PLAN);
  table.apply(
    batchOf(
      [
        ['a', 10n, 1n],
        ['b', 10n, 2n],
      ],
      null,
    ),
  );
  const id = table.rowId(table.positions(0, 1)[0]);
  table.apply(
    batchOf(
      [
        ['a', 10n, 1n],
        ['a', 10n, 5n],
        ['b', 10n, 2n],
        ['c', 10n, null],
      ],
      [UpdateBefore, UpdateAfter, Delete, Insert],
    ),
  );
  expect(rowsOf(table)).toEqual([
    ['a', 10n, 5n],
    ['c', 10n, null],
  ]);
  expect(table.rowId(table.positions(0, 1)[0])).toBe(id);
});

test('a row whose new values a filter has left out goes', () => {
  const table = new MaterializedTable(PLAN);
  const held: Row[] = [
    ['a', 10n, 1n],
    ['b', 10n, 2n],
  ];
  table.apply(batchOf(held, null));
  table.apply(batchOf([...held, ['b', 10n, 3n]], [UpdateBefore, UpdateBefore, UpdateAfter]));
  expect(rowsOf(table)).toEqual([['b', 10n, 3n]]);
  table.apply(batchOf([['b', 10n, 3n]], [UpdateBefore]));
  expect(rowsOf(table)).toEqual([]);
});

test('without a key a retraction takes back an equal row, and its update takes the place', () => {
  const table = new MaterializedTable({ ...PLAN, key: null });
  table.apply(
    batchOf(
      [
        ['a', 10n, 1n],
        ['a', 10n, 1n],
        ['b', 10n, 2n],
      ],
      null,
    ),
  );
  table.apply(
    batchOf(
      [
        ['b', 10n, 2n],
        ['b', 10n, 3n],
        ['a', 10n, 1n],
      ],
      [UpdateBefore, UpdateAfter, Delete],
    ),
  );
  expect(rowsOf(table).sort()).toEqual(
    [
      ['a', 10n, 1n],
      ['b', 10n, 3n],
    ].sort(),
  );
  table.apply(
    batchOf(
      [
        ['a', 10n, 1n],
        ['b', 10n, 3n],
      ],
      [Delete, Delete],
    ),
  );
  expect(table.total).toBe(0);
});

describe('retention', () => {
  test('the oldest rows are dropped and counted, and a key that comes again is a new row', () => {
    const table = new MaterializedTable({ ...PLAN, retention: { lastUs: null, rows: 2, bytes: null } });
    for (let i = 1n; i <= 5n; i++) table.apply(batchOf([['a', i, i]], null));
    expect(rowsOf(table)).toEqual([
      ['a', 4n, 4n],
      ['a', 5n, 5n],
    ]);
    expect(table.evicted).toBe(3);
    table.apply(batchOf([['a', 1n, 7n]], [UpdateAfter]));
    expect(rowsOf(table)).toEqual([
      ['a', 5n, 5n],
      ['a', 1n, 7n],
    ]);
  });

  test('by event time', () => {
    const table = new MaterializedTable({ ...PLAN, retention: { lastUs: 10, rows: null, bytes: null } });
    for (const time of [5n, 12n, 20n]) table.apply(batchOf([['a', time, 1n]], null));
    expect(rowsOf(table).map(row => row[1])).toEqual([12n, 20n]);
  });

  test('many more keys than rows cost no more than the rows', () => {
    const table = new MaterializedTable({ ...PLAN, retention: { lastUs: null, rows: 100, bytes: null } });
    for (let from = 0; from < 200_000; from += 2000) {
      table.apply(
        batchOf(
          Array.from({ length: 2000 }, (_, i): Row => ['a', BigInt(from + i), 1n]),
          null,
        ),
      );
    }
    expect(table.total).toBe(100);
    expect(table.bytes).toBeLessThan(2_000_000);
    expect(rowsOf(table).at(-1)).toEqual(['a', 199_999n, 1n]);
  });
});

test('window states follow the watermark, and tell views of it', () => {
  const table = new MaterializedTable({
    ...PLAN,
    window: { end: 'windowEnd', allowedLatenessUs: 10, complete: null },
  });
  // An operator's watermark lags by the allowed lateness.
  const states = (): number[] => Array.from(table.positions(0, 9), position => table.rowState(position));
  table.apply(
    batchOf(
      [
        ['a', 10n, 1n],
        ['a', 20n, 1n],
      ],
      null,
      5 - 10,
    ),
  );
  expect(states()).toEqual([OPEN, OPEN]);
  const { version } = table;
  table.apply(batchOf([], null, 6 - 10));
  expect(table.version).toBe(version);
  table.apply(batchOf([], null, 12 - 10));
  expect(states()).toEqual([CLOSED, OPEN]);
  expect(table.version).toBe(version + 1);
  expect(table.rowVersion(table.positions(0, 1)[0])).toBe(version + 1);
  table.apply(batchOf([['a', 10n, 2n]], [UpdateAfter], 13 - 10, [12 - 10]));
  expect(states()).toEqual([REVISED, OPEN]);
  table.apply(batchOf([], null, 20 - 10));
  expect(states()).toEqual([FINAL, CLOSED]);
  table.apply(batchOf([], null, Infinity));
  expect(states()).toEqual([FINAL, FINAL]);
});
