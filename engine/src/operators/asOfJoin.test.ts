import { beforeEach, expect, it } from 'vitest';
import { RowKind, type Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { BOOLEAN, FLOAT64, STRING, timestampType } from '../columns/types.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';
import { buildOperator } from './build.js';
import type { Operator } from './operator.js';

const TIME = { name: 'ts', type: timestampType('us'), nullable: false };
const KEY = { name: 'key', type: STRING, nullable: true };
const LEFT: Schema = { fields: [TIME, KEY] };
const RIGHT: Schema = { fields: [TIME, KEY, { name: 'rate', type: FLOAT64, nullable: true }] };
const ENDED: Schema = { fields: [...RIGHT.fields, { name: '#ended', type: BOOLEAN, nullable: false }] };
const OUTPUT: Schema = { fields: [...LEFT.fields, { name: 'rate', type: FLOAT64, nullable: true }] };

type Row = readonly [time: number, key: string | null, rate?: number | null];

/** Rows as a batch; the watermark is the last row's time where nothing else is said. */
function batchOf(
  schema: Schema,
  rows: readonly Row[],
  watermark?: number,
  kinds?: readonly RowKind[],
): Batch {
  const last = rows.at(-1)?.[0] ?? -Infinity;
  return {
    schema,
    length: rows.length,
    columns: schema.fields.map(({ type }, k) =>
      columnOf(
        type,
        rows.map((row): Value => (k === 0 ? BigInt(row[0]) : (row[k] ?? null))),
      ),
    ),
    kinds: kinds === undefined ? null : Uint8Array.from(kinds),
    marks: Float64Array.from(rows, ([time]) => time),
    watermark: watermark ?? last,
  };
}

let told: string[];
let watermark: number;
beforeEach(() => {
  told = [];
  watermark = -Infinity;
});

function take(batch: Batch): void {
  for (let row = 0; row < batch.length; row++)
    told.push(batch.columns.map(column => String(valueAt(column, row))).join(' '));
  ({ watermark } = batch);
}

const options = {
  op: 'asOfJoin',
  form: 'final',
  input: LEFT,
  right: RIGHT,
  output: OUTPUT,
  leftKeys: ['key'],
  rightKeys: ['key'],
  leftTime: { column: 'ts', unit: 'us' },
  rightTime: { column: 'ts', unit: 'us' },
  rightSequence: null,
  columns: ['rate'],
  direction: 'backward',
  toleranceUs: null,
  exact: true,
  how: 'left',
  ended: null,
} as const;
const left = (operator: Operator, rows: readonly Row[], to?: number): void =>
  operator.process(0, batchOf(LEFT, rows, to), take);
const right = (operator: Operator, rows: readonly Row[], to?: number): void =>
  operator.process(1, batchOf(RIGHT, rows, to), take);

it('holds left rows until the right watermark has passed them', () => {
  const operator = buildOperator(options);
  left(
    operator,
    [
      [10, 'a'],
      [20, 'a'],
    ],
    25,
  );
  right(operator, [[5, 'a', 1]], 10);
  expect(told).toEqual([]);
  expect(watermark).toBe(10);
  right(operator, [[10, 'a', 2]], 11);
  expect(told).toEqual(['10 a 2']);
  right(operator, [], 30);
  expect(told).toEqual(['10 a 2', '20 a 2']);
  expect(watermark).toBe(25);
});

it('waits for no right input that is silent, and counts what comes behind what has been told', () => {
  const operator = buildOperator(options);
  right(operator, [[5, 'a', 1]], 6);
  left(operator, [[10, 'a']], 15);
  expect(told).toEqual([]);
  operator.idle?.(1, true, take);
  expect(told).toEqual(['10 a 1']);
  // The right is back with rows from before: they count for what is still to come.
  operator.idle?.(1, false, take);
  right(operator, [[7, 'a', 2]], 40);
  left(operator, [[16, 'a']], 17);
  expect(told).toEqual(['10 a 1', '16 a 2']);
  operator.idle?.(0, true, take);
  right(operator, [[41, 'a', 3]], 50);
  operator.idle?.(0, false, take);
  left(
    operator,
    [
      [30, 'a'],
      [60, 'a'],
    ],
    61,
  );
  right(operator, [], 70);
  expect(told).toEqual(['10 a 1', '16 a 2', '60 a 3']);
  expect(operator.counters.late).toBe(1);
});

it('waits for a match that may come, with all rows behind, and tells when none can', () => {
  const operator = buildOperator({ ...options, direction: 'forward', toleranceUs: 10 });
  left(
    operator,
    [
      [10, 'a'],
      [11, 'b'],
      [12, 'b'],
    ],
    13,
  );
  right(
    operator,
    [
      [11, 'b', 1],
      [12, 'b', 2],
    ],
    20,
  );
  expect(told).toEqual([]);
  expect(watermark).toBe(10);
  right(operator, [], 21);
  expect(told).toEqual(['10 a null', '11 b 1', '12 b 2']);
  expect(watermark).toBe(13);
});

it('keeps the last row of each key, and with a tolerance only what is within it', () => {
  const operators = [null, 5000].map(toleranceUs => buildOperator({ ...options, toleranceUs }));
  for (let k = 0; k < 400; k++) {
    const begin = k * 1000;
    // Keys come and go.
    const rows = Array.from({ length: 1000 }, (_, i): Row => [begin + i, `${k}:${i % 200}`, i]);
    for (const operator of operators) {
      right(operator, rows, begin + 1000);
      left(operator, [[begin + 999, `${k}:99`]], begin + 1000);
    }
  }
  expect(told).toHaveLength(800);
  expect(new Set(told.map(row => row.split(' ')[2]))).toEqual(new Set(['899']));
  const [without, within] = operators;
  expect(without.stateRows()).toBeGreaterThanOrEqual(80_000);
  expect(within.stateRows()).toBeLessThan(50_000);
  expect(within.bytes()).toBeLessThan(without.bytes() / 2);
  for (const operator of operators) {
    left(operator, [], Infinity);
    expect(operator.stateRows()).toBe(0);
  }
});

it('makes versions of changes: what is replaced is left out, what is taken away ends', () => {
  const operator = buildOperator({
    op: 'versions',
    input: RIGHT,
    output: ENDED,
    keys: ['key'],
    time: { column: 'ts', unit: 'us' },
  });
  const { Insert, UpdateBefore, UpdateAfter, Delete } = RowKind;
  const rows: readonly Row[] = [
    [1, 'a', 1],
    [1, 'a', 1],
    [5, 'a', 2],
    [5, 'a', 2],
    [7, 'b', 3],
    [8, 'b', 3],
    [7, 'b', 3],
  ];
  const kinds = [Insert, UpdateBefore, UpdateAfter, UpdateBefore, UpdateAfter, Delete, UpdateBefore];
  const batch = { ...batchOf(RIGHT, rows, 9, kinds), marks: Float64Array.from(rows, (_, k) => k * 2) };
  operator.process(0, batch, take);
  expect(told).toEqual([
    '1 a 1 false',
    '5 a 2 false',
    // The value of a has become one of b: a's ended then.
    '7 a 2 true',
    '7 b 3 false',
    '8 b 3 true',
    // Nothing says when this one ended, but that it was so by the watermark.
    '12 b 3 true',
  ]);
  told = [];
  operator.process(0, batchOf(RIGHT, [[9, 'c', 1]]), take);
  expect(told).toEqual(['9 c 1 false']);
});

it('gives no version where the last one has ended', () => {
  const operator = buildOperator({ ...options, right: ENDED, ended: '#ended' });
  const changes: readonly (readonly [number, string, number, boolean])[] = [
    [1, 'a', 1, false],
    [3, 'a', 1, true],
    [5, 'a', 2, false],
  ];
  const rows = batchOf(ENDED, changes as never, 10);
  const ended = columnOf(
    BOOLEAN,
    changes.map(row => row[3]),
  );
  operator.process(1, { ...rows, columns: [...rows.columns.slice(0, 3), ended] }, take);
  left(
    operator,
    [
      [2, 'a'],
      [3, 'a'],
      [4, 'a'],
      [6, 'a'],
      [7, null],
    ],
    8,
  );
  expect(told).toEqual(['2 a 1', '3 a null', '4 a null', '6 a 2', '7 null null']);
});
