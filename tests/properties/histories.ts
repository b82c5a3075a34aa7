import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import { FLOAT64, INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, type Value } from '../../engine/src/columns/values.js';
import type { AggregateCall } from '../../engine/src/expr/ast.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { Random } from './random.js';

/** One row of a history, with the watermark in force after it. */
export interface HistoryRow {
  readonly time: bigint | null;
  readonly seq: bigint;
  readonly symbol: string | null;
  readonly level: number | null;
  readonly price: number | null;
  readonly size: bigint;
  readonly mark: number;
}

export const FIELDS: readonly Field[] = [
  { name: 'time', type: timestampType('us'), nullable: true },
  { name: 'seq', type: INT64, nullable: false },
  { name: 'symbol', type: STRING, nullable: true },
  { name: 'level', type: FLOAT64, nullable: true },
  { name: 'price', type: FLOAT64, nullable: true },
  { name: 'size', type: INT64, nullable: false },
];

export const SOURCE: SourceNode = {
  kind: 'source',
  name: 'history',
  connector: 'values',
  options: {},
  fields: FIELDS,
  time: { column: 'time', boundUs: null, idleTimeoutUs: null, sequence: 'seq' },
  clocked: true,
};

const SYMBOLS = ['a', 'b', '', '__proto__', 'constructor', 'ü', '\u{1f600}', null];
const LEVELS = [0, -0, NaN, 1.5, null];

/** How unruly a history is. */
export interface HistoryOptions {
  readonly boundUs: number;
  /** Whether integers beyond 2^53 come up. */
  readonly wide: boolean;
}

/**
 * A random history in order of arrival: out of order within the bound, now and then later than that, with equal times,
 * duplicates, NULL and NaN.
 */
export function makeHistory(random: Random, count: number, { boundUs, wide }: HistoryOptions): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let clock = 1000 + random.below(100);
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    if (random.chance(0.05) && i > 0) {
      const again = random.pick(rows);
      if (again.time !== null) high = Math.max(high, Number(again.time));
      rows.push({ ...again, mark: high - boundUs });
      continue;
    }
    clock += random.chance(0.3) ? 0 : random.chance(0.05) ? random.below(60) : random.below(4);
    const delay = random.chance(0.1) ? random.below(80) : random.below(boundUs + 1);
    const time = random.chance(0.03) ? null : BigInt(clock - delay);
    if (time !== null) high = Math.max(high, Number(time));
    rows.push({
      time,
      seq: BigInt(random.below(4)),
      symbol: random.pick(SYMBOLS),
      level: random.pick(LEVELS),
      price: random.chance(0.1) ? null : random.chance(0.03) ? NaN : (random.below(20_000) - 10_000) / 100,
      size: wide && random.chance(0.2) ? 2n ** 56n + BigInt(random.below(9)) : BigInt(random.below(50)),
      mark: high - boundUs,
    });
  }
  return rows;
}

/** Cuts rows into batches at random places. Dictionaries are shared by some batches and not by others. */
export function cut(random: Random, rows: readonly HistoryRow[]): HistoryRow[][] {
  const pieces: HistoryRow[][] = [];
  for (let from = 0; from < rows.length;) {
    const to = Math.min(rows.length, from + 1 + random.below(random.chance(0.2) ? 60 : 12));
    pieces.push(rows.slice(from, to));
    from = to;
  }
  return pieces;
}

let shared = new Dictionary();

/** Rows as a batch. `kinds` says what each row does; all are inserts where it is null. */
export function batchOf(rows: readonly HistoryRow[], kinds: Uint8Array | null = null): Batch {
  if (shared.size > 64) shared = new Dictionary();
  const dictionary = rows.length % 2 === 0 ? shared : new Dictionary();
  const values: readonly (readonly Value[])[] = [
    rows.map(row => row.time),
    rows.map(row => row.seq),
    rows.map(row => row.symbol),
    rows.map(row => row.level),
    rows.map(row => row.price),
    rows.map(row => row.size),
  ];
  return {
    schema: { fields: FIELDS },
    length: rows.length,
    columns: FIELDS.map((field, k) => columnOf(field.type, values[k], k === 2 ? dictionary : null)),
    kinds,
    marks: Float64Array.from(rows, row => row.mark),
    watermark: rows.at(-1)?.mark ?? -Infinity,
  };
}

/** The end of a history. */
export const END: Batch = {
  schema: { fields: FIELDS },
  length: 0,
  columns: [],
  kinds: null,
  marks: null,
  watermark: Infinity,
};

const column = (name: string) => ({ kind: 'column' as const, name });
const call = (fn: string, ...args: string[]): AggregateCall => ({
  fn,
  args: args.map(column),
  where: null,
  distinct: false,
  options: {},
});
const positive = (aggregate: AggregateCall): AggregateCall => ({
  ...aggregate,
  where: { kind: 'call', fn: 'gt', args: [column('price'), { kind: 'literal', type: FLOAT64, value: 0 }] },
});

/** Every aggregate, over columns with and without NULL, and with a condition. */
export const ALL_CALLS: AggregateNode['columns'] = [
  { name: 'n', call: call('count') },
  { name: 'nPrice', call: call('count', 'price') },
  { name: 'nPositive', call: positive(call('count')) },
  { name: 'sumSize', call: call('sum', 'size') },
  { name: 'sumPrice', call: call('sum', 'price') },
  { name: 'sumPositive', call: positive(call('sum', 'size')) },
  { name: 'avgPrice', call: call('avg', 'price') },
  { name: 'avgSize', call: call('avg', 'size') },
  { name: 'vwap', call: call('vwap', 'price', 'size') },
  { name: 'minPrice', call: call('min', 'price') },
  { name: 'maxPrice', call: call('max', 'price') },
  { name: 'minSize', call: call('min', 'size') },
  { name: 'maxSymbol', call: call('max', 'symbol') },
  { name: 'minSymbol', call: positive(call('min', 'symbol')) },
  { name: 'firstPrice', call: call('first', 'price') },
  { name: 'lastPrice', call: call('last', 'price') },
  { name: 'lastSize', call: positive(call('last', 'size')) },
  { name: 'firstSymbol', call: call('first', 'symbol') },
  { name: 'maxTime', call: call('max', 'time') },
];

/** Aggregates of neighbouring rows, which keep no row where rows come in order. */
export const PATH_CALLS: AggregateNode['columns'] = [
  { name: 'twapPrice', call: call('twap', 'price') },
  { name: 'twapPositive', call: positive(call('twap', 'size')) },
  { name: 'volSize', call: call('realizedVol', 'size') },
];

/** A count of the rows, and at most so many other aggregates: loops are compiled anew for each choice, which takes time. */
export function someCalls(random: Random, atMost: number): AggregateNode['columns'] {
  const chosen = new Set(Array.from({ length: random.below(atMost + 1) }, () => random.pick(ALL_CALLS)));
  return [...chosen, { ...ALL_CALLS[0], name: 'rows' }];
}
